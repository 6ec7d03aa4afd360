//! The API as it is served: the real binary on a free port, on SQLite and on PostgreSQL behind a pooler.

mod bad;
mod bucket;
mod bundles;
mod captured;
mod catalogue;
mod course;
mod dates;
mod evidence;
mod interface;
mod jobs;
mod letters;
mod lists;
mod openid;
mod outage;
mod people;
mod roles;
mod service;
mod sign_in;
mod source;
mod standing;
mod telemetry;
mod templates;
mod whole;
mod work;
