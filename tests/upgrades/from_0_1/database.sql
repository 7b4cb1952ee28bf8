BEGIN TRANSACTION;
CREATE TABLE adjustments (
	entry INTEGER NOT NULL, 
	window VARCHAR(60) NOT NULL, 
	day DATE NOT NULL, 
	number INTEGER NOT NULL, 
	action VARCHAR(10) NOT NULL, 
	reason TEXT NOT NULL, 
	silent BOOLEAN NOT NULL, 
	starts DATETIME, 
	ends DATETIME, 
	CONSTRAINT pk_adjustments PRIMARY KEY (window, day, number), 
	CONSTRAINT fk_adjustments_entry FOREIGN KEY(entry) REFERENCES audit_trail (entry), 
	CONSTRAINT ck_adjustments_moved CHECK ((starts IS NULL) = (action <> 'move'))
);
INSERT INTO "adjustments" VALUES(5,'thursday','2026-12-10',1,'skip','Your busiest week',0,NULL,NULL);
INSERT INTO "adjustments" VALUES(6,'thursday','2026-12-17',1,'skip','A holiday',1,NULL,NULL);
INSERT INTO "adjustments" VALUES(7,'second-tuesday','2026-12-08',1,'move','Vendor on site',0,'2026-12-09 21:00:00.000000','2026-12-09 23:00:00.000000');
INSERT INTO "adjustments" VALUES(17,'thursday','2026-12-17',2,'restore','',0,NULL,NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE audit_trail (
	entry INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" TEXT NOT NULL, 
	action TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	CONSTRAINT pk_audit_trail PRIMARY KEY (entry)
);
INSERT INTO "audit_trail" VALUES(1,'2026-11-09 10:00:00.000000','icsfeed','publish','schedule');
INSERT INTO "audit_trail" VALUES(2,'2026-11-10 10:00:00.000000','ann@example.com','emergency announce','EC-1');
INSERT INTO "audit_trail" VALUES(3,'2026-11-10 11:00:00.000000','ann@example.com','change update','EC-1');
INSERT INTO "audit_trail" VALUES(4,'2026-11-10 12:00:00.000000','ann@example.com','planned announce','PC-1');
INSERT INTO "audit_trail" VALUES(5,'2026-11-10 12:30:00.000000','ann@example.com','window skip','thursday 2026-12-10');
INSERT INTO "audit_trail" VALUES(6,'2026-11-10 12:31:00.000000','ann@example.com','window skip','thursday 2026-12-17');
INSERT INTO "audit_trail" VALUES(7,'2026-11-10 12:32:00.000000','ann@example.com','window move','second-tuesday 2026-12-08');
INSERT INTO "audit_trail" VALUES(8,'2026-11-10 13:00:00.000000','root','subscriber add','Acme Inc.');
INSERT INTO "audit_trail" VALUES(9,'2026-11-12 10:00:00.000000','icsfeed','publish','schedule');
INSERT INTO "audit_trail" VALUES(10,'2026-11-13 09:00:00.000000','ann@example.com','change start','EC-1');
INSERT INTO "audit_trail" VALUES(11,'2026-11-13 11:05:00.000000','ann@example.com','change complete','EC-1');
INSERT INTO "audit_trail" VALUES(12,'2026-11-14 09:00:00.000000','ann@example.com','change confirm','PC-1');
INSERT INTO "audit_trail" VALUES(13,'2026-11-14 10:00:00.000000','ann@example.com','emergency announce','EC-2');
INSERT INTO "audit_trail" VALUES(14,'2026-11-14 10:05:00.000000','ann@example.com','change cancel','EC-2');
INSERT INTO "audit_trail" VALUES(15,'2026-11-14 11:00:00.000000','ann@example.com','emergency announce','EC-3');
INSERT INTO "audit_trail" VALUES(16,'2026-11-16 08:00:00.000000','ann@example.com','change start','EC-3');
INSERT INTO "audit_trail" VALUES(17,'2026-11-16 09:00:00.000000','ann@example.com','window restore','thursday 2026-12-17');
INSERT INTO "audit_trail" VALUES(18,'2026-11-16 09:10:00.000000','ann@example.com','planned announce','PC-2');
INSERT INTO "audit_trail" VALUES(19,'2026-11-17 09:10:00.000000','ann@example.com','change update','PC-1');
CREATE TABLE change_updates (
	kind VARCHAR(20) NOT NULL, 
	change INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" TEXT NOT NULL, 
	message TEXT NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	summary TEXT NOT NULL, 
	environments JSON NOT NULL, 
	impact VARCHAR(20) NOT NULL, 
	starts DATETIME NOT NULL, 
	ends DATETIME NOT NULL, 
	reason TEXT NOT NULL, 
	ticket TEXT NOT NULL, 
	"key" TEXT, 
	CONSTRAINT pk_change_updates PRIMARY KEY (kind, change, number), 
	CONSTRAINT fk_change_updates_entry FOREIGN KEY(entry) REFERENCES audit_trail (entry), 
	CONSTRAINT uq_change_updates_key UNIQUE ("key"), 
	CONSTRAINT ck_change_updates_forward CHECK (starts < ends)
);
INSERT INTO "change_updates" VALUES('emergency',1,1,2,'2026-11-10 10:00:00.000000','ann@example.com','More to come','confirmed','Security patch; urgent','["production"]','outage','2026-11-13 08:00:00.000000','2026-11-13 10:00:00.000000','It is being exploited','https://tickets.example.com/1?a=b&c=d',NULL);
INSERT INTO "change_updates" VALUES('emergency',1,2,3,'2026-11-10 11:00:00.000000','ann@example.com','The vendor is late','confirmed','Security patch; urgent','["production"]','outage','2026-11-13 09:00:00.000000','2026-11-13 11:00:00.000000','It is being exploited','https://tickets.example.com/1?a=b&c=d',NULL);
INSERT INTO "change_updates" VALUES('planned',1,1,4,'2026-11-10 12:00:00.000000','ann@example.com','','tentative','Move to the new rack','["preview", "production"]','degraded','2026-12-08 07:00:00.000000','2026-12-08 10:00:00.000000','','',NULL);
INSERT INTO "change_updates" VALUES('emergency',1,3,10,'2026-11-13 09:00:00.000000','ann@example.com','','in progress','Security patch; urgent','["production"]','outage','2026-11-13 09:00:00.000000','2026-11-13 11:00:00.000000','It is being exploited','https://tickets.example.com/1?a=b&c=d',NULL);
INSERT INTO "change_updates" VALUES('emergency',1,4,11,'2026-11-13 11:05:00.000000','ann@example.com','All is well','completed','Security patch; urgent','["production"]','outage','2026-11-13 09:00:00.000000','2026-11-13 11:00:00.000000','It is being exploited','https://tickets.example.com/1?a=b&c=d',NULL);
INSERT INTO "change_updates" VALUES('planned',1,2,12,'2026-11-14 09:00:00.000000','ann@example.com','','confirmed','Move to the new rack','["preview", "production"]','degraded','2026-12-08 07:00:00.000000','2026-12-08 10:00:00.000000','','',NULL);
INSERT INTO "change_updates" VALUES('emergency',2,1,13,'2026-11-14 10:00:00.000000','ann@example.com','','confirmed','Not to be','["preview"]','outage','2026-11-27 08:00:00.000000','2026-11-27 09:00:00.000000','A leak','',NULL);
INSERT INTO "change_updates" VALUES('emergency',2,2,14,'2026-11-14 10:05:00.000000','ann@example.com','Not needed','cancelled','Not to be','["preview"]','outage','2026-11-27 08:00:00.000000','2026-11-27 09:00:00.000000','A leak','',NULL);
INSERT INTO "change_updates" VALUES('emergency',3,1,15,'2026-11-14 11:00:00.000000','ann@example.com','','confirmed','Failing disk','["production"]','no-impact','2026-11-16 08:00:00.000000','2026-11-19 16:00:00.000000','It is failing','',NULL);
INSERT INTO "change_updates" VALUES('emergency',3,2,16,'2026-11-16 08:00:00.000000','ann@example.com','','in progress','Failing disk','["production"]','no-impact','2026-11-16 08:00:00.000000','2026-11-19 16:00:00.000000','It is failing','',NULL);
INSERT INTO "change_updates" VALUES('planned',2,1,18,'2026-11-16 09:10:00.000000','ann@example.com','','confirmed','In the freeze','["preview"]','outage','2026-11-26 07:00:00.000000','2026-11-26 10:00:00.000000','The vendor has no other day','',NULL);
INSERT INTO "change_updates" VALUES('planned',1,3,19,'2026-11-17 09:10:00.000000','ann@example.com','Another one
after all','confirmed','Move to another rack','["preview", "production"]','degraded','2026-12-08 07:00:00.000000','2026-12-08 10:00:00.000000','','',NULL);
CREATE TABLE event_revisions (
	line INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	uid TEXT NOT NULL, 
	sequence INTEGER NOT NULL, 
	digest VARCHAR(32) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_event_revisions PRIMARY KEY (line), 
	CONSTRAINT fk_event_revisions_entry FOREIGN KEY(entry) REFERENCES audit_trail (entry)
);
INSERT INTO "event_revisions" VALUES(1,1,'maintenance.thursday.2026.th@maintenance.example.com',0,'6ba0bae734244845d3c46c90567ca30c','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(2,1,'maintenance.thursday.20261105T020000@maintenance.example.com',0,'8cfd592c7c3c8a4a4ad557366a2a6ea6','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(3,1,'maintenance.second-tuesday.2026.monthly@maintenance.example.com',0,'cac5d625212e427a5a5dbc613279514c','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(4,1,'maintenance.second-tuesday.20261110T230000@maintenance.example.com',0,'70deae0f6cbcdf357101ea10cec47ca4','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(5,1,'emergency.failover@maintenance.example.com',1,'959967f4feba19904cc7fa4897f563eb','2026-11-12 05:55:00.000000');
INSERT INTO "event_revisions" VALUES(6,1,'maintenance.thursday.20261112T020000@maintenance.example.com',0,'c711dc76bb2457495f3d7fb84dd4adfd','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(7,1,'maintenance.thursday.20261119T020000@maintenance.example.com',0,'2b3b4aed07303a340f6f20c57c2cae28','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(8,1,'freeze.month-end.20261124@maintenance.example.com',0,'cc7662263dc4c6a0178c4a05036a844f','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(9,1,'maintenance.thursday.20261203T020000@maintenance.example.com',0,'0c3a37ce150ed84cbf5d45245e15f705','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(10,1,'maintenance.second-tuesday.20261208T230000@maintenance.example.com',0,'b8e1eb48cf55b1084a4344fea9d71721','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(11,1,'maintenance.thursday.20261210T020000@maintenance.example.com',0,'2c0443263526d981a7c44d1fef0108bf','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(12,1,'maintenance.thursday.20261217T020000@maintenance.example.com',0,'a82d4b989a28f01a726a933a8b1badfa','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(13,1,'maintenance.thursday.20261224T020000@maintenance.example.com',0,'115853f7da6969c5f02a8636e0273db1','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(14,1,'freeze.month-end.20261225@maintenance.example.com',0,'7f78488b83686345c0f115b02fe5e7e5','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(15,1,'maintenance.thursday.2027.th@maintenance.example.com',0,'a9d92988e6630aa88af2c1b46b613def','2026-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(16,1,'maintenance.thursday.20270107T020000@maintenance.example.com',0,'1fe80993cac4b99d840c417ea5de7df9','2026-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(17,1,'maintenance.second-tuesday.2027.monthly@maintenance.example.com',0,'39563f8abb002b5f6c9dd5a68d559898','2026-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(18,1,'maintenance.second-tuesday.20270112T230000@maintenance.example.com',0,'657588289a45cbeb775d10f1236f544f','2026-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(19,1,'maintenance.thursday.20270114T020000@maintenance.example.com',0,'e869f7c906cf8a0fadb32b6ffff8ba93','2026-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(20,1,'maintenance.thursday.20270121T020000@maintenance.example.com',0,'a54fcee25ed481ad78da9699b77da92e','2026-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(21,1,'freeze.month-end.20270125@maintenance.example.com',0,'50efc46f1943efd8430f876a32021f5f','2026-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(22,1,'maintenance.second-tuesday.20270209T230000@maintenance.example.com',0,'0fe3b51739a30c39d31d8fffa93c06a0','2026-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(23,2,'emergency.ec-1@maintenance.example.com',0,'8a22f2f612a0df33b8e6db590a0a272f','2026-11-10 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(24,3,'emergency.ec-1@maintenance.example.com',1,'c193993bbabb2fa3ff540aae5e21ad0a','2026-11-10 11:00:00.000000');
INSERT INTO "event_revisions" VALUES(25,4,'planned.pc-1@maintenance.example.com',0,'aced6cdd18bb353f7ac6b6caa9f0616f','2026-11-10 12:00:00.000000');
INSERT INTO "event_revisions" VALUES(26,5,'maintenance.thursday.2026.th@maintenance.example.com',1,'45bdd3eb4de6ccd0ace376fb78fb76df','2026-11-10 12:30:00.000000');
INSERT INTO "event_revisions" VALUES(27,5,'maintenance.thursday.20261210T020000@maintenance.example.com',1,'bceb5e07213e15b33a507afda53c5b2c','2026-11-10 12:30:00.000000');
INSERT INTO "event_revisions" VALUES(28,6,'maintenance.thursday.2026.th@maintenance.example.com',2,'28e909d48022f64afd6aa16ec165e5c9','2026-11-10 12:31:00.000000');
INSERT INTO "event_revisions" VALUES(29,6,'maintenance.thursday.20261217T020000@maintenance.example.com',0,'','2026-11-10 12:31:00.000000');
INSERT INTO "event_revisions" VALUES(30,7,'maintenance.second-tuesday.2026.monthly@maintenance.example.com',1,'e9b9f078a24bc8867032efca65bc1493','2026-11-10 12:32:00.000000');
INSERT INTO "event_revisions" VALUES(31,7,'maintenance.second-tuesday.20261208T230000@maintenance.example.com',1,'9821a46130976afb4be265af002ba38c','2026-11-10 12:32:00.000000');
INSERT INTO "event_revisions" VALUES(32,9,'maintenance.thursday.2026.th@maintenance.example.com',3,'569e542e8496b28d74e19f2cc377ff9c','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(33,9,'maintenance.thursday.20261105T020000@maintenance.example.com',1,'d365575c8db5fb3cc897981084e11ed1','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(34,9,'maintenance.second-tuesday.2026.monthly@maintenance.example.com',2,'88ba722e667b546e12dc75f6878eb13d','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(35,9,'maintenance.second-tuesday.20261110T230000@maintenance.example.com',1,'ef9a8169c5b476281c2e9a54f5e46f40','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(36,9,'emergency.failover@maintenance.example.com',3,'ddf6d087c9c42b63b08712a5fb5ad0ec','2026-11-12 08:40:00.000000');
INSERT INTO "event_revisions" VALUES(37,9,'maintenance.thursday.20261112T020000@maintenance.example.com',1,'179ded5bb6a0dc193d4c57e9f7c5d353','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(38,9,'maintenance.thursday.20261119T020000@maintenance.example.com',1,'811f07ceca636cccbcb30f37d9aaee29','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(39,9,'maintenance.thursday.20261203T020000@maintenance.example.com',1,'dace7ea1332994b4869b0599ff6e74af','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(40,9,'maintenance.second-tuesday.20261208T230000@maintenance.example.com',2,'1cb8e18302f88f8c21b0d9c7a6dce80d','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(41,9,'maintenance.thursday.20261210T020000@maintenance.example.com',2,'9f4844130776a213f382ac82dfea1bc6','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(42,9,'maintenance.thursday.20261224T020000@maintenance.example.com',1,'5cc07a68699593a2e61dab5b1389af90','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(43,9,'freeze.month-end.20261225@maintenance.example.com',1,'66218d7cfebf0fa3c82ac345ff84952d','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(44,9,'maintenance.thursday.20261231T020000@maintenance.example.com',0,'f8168541ebab2040c42c972b6112b62b','2025-01-01 05:00:00.000000');
INSERT INTO "event_revisions" VALUES(45,9,'maintenance.thursday.2027.th@maintenance.example.com',1,'4f88db132175e1ae62d85de171462953','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(46,9,'maintenance.thursday.20270107T020000@maintenance.example.com',1,'a1adf89b6eaf14c017256f03ef5f75ea','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(47,9,'maintenance.second-tuesday.2027.monthly@maintenance.example.com',1,'0158dbc90af61ebf75a767443f2db7a8','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(48,9,'maintenance.second-tuesday.20270112T230000@maintenance.example.com',1,'50b273b05196b78029c83e09f85598fd','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(49,9,'maintenance.thursday.20270114T020000@maintenance.example.com',1,'9c896556a3f76a0e1f697de206f250a8','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(50,9,'maintenance.thursday.20270121T020000@maintenance.example.com',1,'a5bbc9c4438a72057cf6434d3caccb94','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(51,9,'maintenance.second-tuesday.20270209T230000@maintenance.example.com',1,'35b1096e8d083a439482250122da4ec8','2026-11-12 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(52,10,'emergency.ec-1@maintenance.example.com',2,'2ff71a4fde0ac65c8e2b90815b0627a7','2026-11-13 09:00:00.000000');
INSERT INTO "event_revisions" VALUES(53,11,'emergency.ec-1@maintenance.example.com',3,'4f79a82de72d1acc7b770fbb97adb6e7','2026-11-13 11:05:00.000000');
INSERT INTO "event_revisions" VALUES(54,12,'planned.pc-1@maintenance.example.com',1,'5df73c00da45e4f38d33f806c4e4c9ce','2026-11-14 09:00:00.000000');
INSERT INTO "event_revisions" VALUES(55,13,'emergency.ec-2@maintenance.example.com',0,'dfcb779f9112e53c93813f6914e21632','2026-11-14 10:00:00.000000');
INSERT INTO "event_revisions" VALUES(56,14,'emergency.ec-2@maintenance.example.com',1,'4361f6908426e0b35bc9fa1198b40c5a','2026-11-14 10:05:00.000000');
INSERT INTO "event_revisions" VALUES(57,15,'emergency.ec-3@maintenance.example.com',0,'ba8a2d878f41634300854acdaff8dc33','2026-11-14 11:00:00.000000');
INSERT INTO "event_revisions" VALUES(58,16,'emergency.ec-3@maintenance.example.com',1,'6d73f669cb64a37ed42ba37ee8fb6fc8','2026-11-16 08:00:00.000000');
INSERT INTO "event_revisions" VALUES(59,17,'maintenance.thursday.2026.th@maintenance.example.com',4,'049a2e4b2fe60815866b3309d3fd8ad2','2026-11-16 09:00:00.000000');
INSERT INTO "event_revisions" VALUES(60,17,'maintenance.thursday.20261217T020000@maintenance.example.com',1,'09b1fb2c5ab60dec53f7fbbe0dbbfdcd','2026-11-16 09:00:00.000000');
INSERT INTO "event_revisions" VALUES(61,18,'planned.pc-2@maintenance.example.com',0,'2e898118dccad71babf4e35df1e20719','2026-11-16 09:10:00.000000');
INSERT INTO "event_revisions" VALUES(62,19,'planned.pc-1@maintenance.example.com',2,'cfa5a10f5652736dd3f2cd9be5e06984','2026-11-17 09:10:00.000000');
CREATE TABLE public_schedule (
	place INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_public_schedule PRIMARY KEY (place), 
	CONSTRAINT ck_public_schedule_alone CHECK (place = 1)
);
INSERT INTO "public_schedule" VALUES(1,'[calendar]
name = "Seed-to-Sale maintenance"
timezone = "America/Toronto"
uid_domain = "maintenance.example.com"
organizer = { name = "Customer Support", email = "support@example.com" }

[[environments]]
id = "production"
name = "Production"

[[environments]]
id = "preview"
name = "Preview"

[[maintenance_windows]]
id = "thursday"
name = "Scheduled maintenance"
days = ["Thursday"]
start = 02:00:00
end = 05:00:00
effective_from = 2026-11-01
effective_until = 2027-01-31
environments = ["production", "preview"]
impact = "outage"
description = "The platform can''t be reached during this window."

[[maintenance_windows]]
id = "second-tuesday"
name = "Maintenance of the databases"
rrule = "FREQ=MONTHLY;BYDAY=2TU"
start = 23:00:00
end = 01:00:00
timezone = "Europe/Berlin"
effective_from = 2026-11-01
effective_until = 2027-02-28
environments = ["preview"]
impact = "degraded"

[[change_freezes]]
id = "month-end"
name = "Change freeze"
every = "month"
week = "last-7-days"
effective_from = 2026-11-01
effective_until = 2027-01-31
lifted = [2026-12-31]

[[changes]]
id = "failover"
kind = "emergency"
summary = "Database failover"
environments = ["production"]
start = 2026-11-12T01:00:00
duration = "2h"
reason = "A disk is failing"
announced = 2026-11-12T00:30:00

[[changes.updates]]
at = 2026-11-12T00:55:00
start = 2026-11-12T01:30:00
message = "The vendor is late"

[[changes.updates]]
at = 2026-11-12T01:30:00
step = "start"

[[changes.updates]]
at = 2026-11-12T03:40:00
step = "complete"
message = "The new disk is in place"
','2026-11-18 12:00:00.000000');
CREATE TABLE subscriber_fetches (
	subscriber TEXT NOT NULL, 
	client VARCHAR(20) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_subscriber_fetches PRIMARY KEY (subscriber, client)
);
CREATE TABLE subscriber_steps (
	subscriber TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	action VARCHAR(10) NOT NULL, 
	name TEXT NOT NULL, 
	feed TEXT NOT NULL, 
	alarms JSON NOT NULL, 
	digest VARCHAR(64), 
	until DATETIME, salt VARCHAR(32), 
	CONSTRAINT pk_subscriber_steps PRIMARY KEY (subscriber, number), 
	CONSTRAINT fk_subscriber_steps_entry FOREIGN KEY(entry) REFERENCES audit_trail (entry), 
	CONSTRAINT uq_subscriber_steps_digest UNIQUE (digest)
);
INSERT INTO "subscriber_steps" VALUES('acme inc.',1,8,'2026-11-10 13:00:00.000000','add','Acme Inc.','all','[30]','bb4850095b64abd5b226d514c731afaab09a233fdbbde6a494e79ea8d94e8044',NULL,'8b3d842da35b0ad38af1e154b603d1c4');
CREATE INDEX ix_change_updates_entry ON change_updates (entry);
CREATE INDEX ix_adjustments_entry ON adjustments (entry);
CREATE INDEX ix_event_revisions_entry ON event_revisions (entry);
CREATE TRIGGER audit_trail_no_update BEFORE UPDATE ON audit_trail BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER audit_trail_no_delete BEFORE DELETE ON audit_trail BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER audit_trail_no_replace BEFORE INSERT ON audit_trail WHEN EXISTS (SELECT 1 FROM audit_trail WHERE entry = NEW.entry) BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER change_updates_no_update BEFORE UPDATE ON change_updates BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER change_updates_no_delete BEFORE DELETE ON change_updates BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER change_updates_no_replace BEFORE INSERT ON change_updates WHEN EXISTS (SELECT 1 FROM change_updates WHERE key = NEW.key OR (kind, change, number) = (NEW.kind, NEW.change, NEW.number)) BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER adjustments_no_update BEFORE UPDATE ON adjustments BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER adjustments_no_delete BEFORE DELETE ON adjustments BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER adjustments_no_replace BEFORE INSERT ON adjustments WHEN EXISTS (SELECT 1 FROM adjustments WHERE ("window", day, number) = (NEW."window", NEW.day, NEW.number)) BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER event_revisions_no_update BEFORE UPDATE ON event_revisions BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER event_revisions_no_delete BEFORE DELETE ON event_revisions BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER event_revisions_no_replace BEFORE INSERT ON event_revisions WHEN EXISTS (SELECT 1 FROM event_revisions WHERE line = NEW.line) BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE INDEX ix_subscriber_steps_entry ON subscriber_steps (entry);
CREATE TRIGGER subscriber_steps_no_update BEFORE UPDATE ON subscriber_steps BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER subscriber_steps_no_delete BEFORE DELETE ON subscriber_steps BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
CREATE TRIGGER subscriber_steps_no_replace BEFORE INSERT ON subscriber_steps WHEN EXISTS (SELECT 1 FROM subscriber_steps WHERE digest = NEW.digest OR (subscriber, number) = (NEW.subscriber, NEW.number)) BEGIN SELECT RAISE(ABORT, 'what is recorded is never rewritten'); END;
COMMIT;
