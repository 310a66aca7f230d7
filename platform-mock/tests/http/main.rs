//! The platform through its HTTP interface, by the typed client, on a real port and a real database file.

mod app;
mod assigning;
mod cards;
mod contention;
mod fences;
mod gates;
mod grants;
mod holds;
mod hostile;
mod items;
mod moves;
mod neighbours;
mod nodes;
mod operator;
mod paper;
mod parking;
mod people;
mod purchase;
mod reissuing;
mod releasing;
mod restart;
mod restored;
mod routes;
mod slips;
mod sticks;
mod upgrades;
