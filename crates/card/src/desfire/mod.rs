//! The DESFire EV2 protocol: cryptography, secure messaging and the commands a terminal sends.

pub mod crypto;
