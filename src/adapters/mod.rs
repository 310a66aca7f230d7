//! One adapter a Slint global: a flow's view becomes properties, a touch becomes an input. Nothing is decided here.

mod appearance;
mod devices;
mod gate;
mod kiosk;
mod models;
mod register;
mod tray;
mod words;

pub use gate::GateAdapter;
pub use kiosk::KioskAdapter;
pub use register::RegisterAdapter;
