//! The terminals: kiosk, gate and register screen. A touch goes from an adapter to a flow (pure), its effects to the devices,
//! their answers back to the flow, and the flow's view to the adapter and the screen.
#![forbid(unsafe_code)]

pub mod adapters;
pub mod app;
pub mod devices;
pub mod flows;
mod headless;
mod narrator;
mod screen;
