//! The platform through its HTTP interface, by the typed client, on a real port and a real database file.

mod app;
mod assigning;
mod cards;
mod contention;
mod devices;
mod fences;
mod gates;
mod grants;
mod holds;
mod items;
mod moves;
mod nodes;
mod operator;
mod paper;
mod parking;
mod purchase;
mod reissuing;
mod releasing;
mod restart;
mod restored;
mod routes;
mod slips;
mod sticks;
