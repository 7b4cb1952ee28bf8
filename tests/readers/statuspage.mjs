// Reads Statuspage's documents with the npm package statuspage.io: the base address is the only argument.
//
// Answer: one JSON object with the summary and the upcoming maintenances. For any other list, the package, too, asks
// for the upcoming ones.

import statuspage from "statuspage.io";

const client = new statuspage.Statuspage("none");
client.setApiUrl(process.argv[2]);
const { api } = client;
const [summary, upcoming] = [await api.getSummary(), await api.scheduledMaintenances.getUpcoming()];
process.stdout.write(JSON.stringify({ summary, upcoming }));
