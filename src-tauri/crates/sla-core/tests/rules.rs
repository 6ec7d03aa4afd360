//! Every test of the rules, in one program: it links once, however many rooms it has.

mod access;
mod assessing;
mod billing;
mod calendar;
mod catalogue;
mod course;
mod decision;
mod desk;
mod earlier;
mod golden_cases;
mod heartbeat;
mod incident;
mod incident_promises;
mod left_out;
mod nord;
mod plan;
mod pricing;
mod properties;
mod readings;
mod standing;
mod stated;
mod statement;
mod templates;
mod traps;
mod values;
mod workflow;
