"""The web's face: feeds from memory, the page that lists them, and health for whoever runs it."""
