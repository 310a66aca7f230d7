//! The machine with the real card client on virtual chips and the real journal on disk: cards torn at every exchange, a printer that is not
//! sure, a platform whose answers are lost. After each history every ticket has one holder, and the books name it.

mod assignment;
mod elsewhere;
mod killed;
mod measures;
mod offline;
mod paper;
mod parking;
mod platform;
mod purchase;
mod site;
mod store;
