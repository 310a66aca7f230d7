//! The platform center: sells seats, signs tickets, answers cards and keeps the journal. One folder a noun, each with rules, routes and storage.
#![forbid(unsafe_code)]

pub mod allocation;
pub mod app;
pub mod audit;
pub mod auth;
pub mod cards;
pub mod clerks;
pub mod clock;
pub mod config;
pub mod devices;
pub mod gates;
pub mod handovers;
pub mod headers;
pub mod issuing;
pub mod journal;
pub mod keys;
pub mod masters;
pub mod members;
pub mod openapi;
pub mod operator;
pub mod own;
pub mod parcels;
pub mod people;
pub mod private;
pub mod refunds;
pub mod refusal;
pub mod request;
pub mod restore;
pub mod routes;
pub mod sales;
pub mod server;
pub mod stick;
pub mod storage;
pub mod tickets;
pub mod till;
