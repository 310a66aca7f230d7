//! The platform through its HTTP interface, by the typed client, on a real port and a real database file.

mod app;
mod cards;
mod contention;
mod gates;
mod grants;
mod holds;
mod purchase;
mod restart;
mod routes;
mod slips;
