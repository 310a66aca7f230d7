//! What stands around a terminal: printer, papers, payment, scanner, headset jack, chimes and speech. Each device is a trait with a real driver,
//! an in-memory double whose faults tests can pull, and a double that writes files for people to look at.
#![forbid(unsafe_code)]

pub mod chime;
pub mod headset;
pub mod hot_plug;
mod input_device;
pub mod money;
pub mod paper;
pub mod payment;
pub mod printer;
pub mod raster;
pub mod scanner;
mod sound_device;
pub mod speech;
pub mod virtual_printer;
