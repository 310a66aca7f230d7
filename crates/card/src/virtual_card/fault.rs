//! Faults that a virtual card can be told to have.

use serde::{Deserialize, Serialize};

/// A fault that strikes once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FaultFile", into = "FaultFile")]
pub enum Fault {
    /// The card is torn from the field.
    Tear {
        /// Which exchange, counted from 1 when the card is laid down.
        exchange: u32,
        /// How many bytes of the command or the answer come through.
        byte: usize,
        /// Which of the two.
        direction: Direction,
    },
    /// The card stays in the field and answers nothing from this exchange on.
    Mute {
        /// Which exchange, counted from 1 when the card is laid down.
        exchange: u32,
    },
}

/// Half of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Terminal to card: the command is not carried out.
    Command,
    /// Card to terminal: the command was carried out.
    Response,
}

impl std::str::FromStr for Direction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "command" => Ok(Direction::Command),
            "response" => Ok(Direction::Response),
            _ => Err(format!(
                "\"{text}\" is no direction; known are command and response"
            )),
        }
    }
}

impl Fault {
    /// The exchange at which it strikes.
    pub fn exchange(self) -> u32 {
        match self {
            Fault::Tear { exchange, .. } | Fault::Mute { exchange } => exchange,
        }
    }
}

/// The form of a fault in a file: `{"tear_at_exchange": 7, "byte": 3, "direction": "command"}` or `{"mute_at_exchange": 7}`.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum FaultFile {
    Tear {
        tear_at_exchange: u32,
        #[serde(default)]
        byte: usize,
        direction: Direction,
    },
    Mute {
        mute_at_exchange: u32,
    },
}

impl From<FaultFile> for Fault {
    fn from(file: FaultFile) -> Self {
        match file {
            FaultFile::Tear {
                tear_at_exchange: exchange,
                byte,
                direction,
            } => Fault::Tear {
                exchange,
                byte,
                direction,
            },
            FaultFile::Mute {
                mute_at_exchange: exchange,
            } => Fault::Mute { exchange },
        }
    }
}

impl From<Fault> for FaultFile {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Tear {
                exchange,
                byte,
                direction,
            } => FaultFile::Tear {
                tear_at_exchange: exchange,
                byte,
                direction,
            },
            Fault::Mute { exchange } => FaultFile::Mute {
                mute_at_exchange: exchange,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_from_a_file() {
        let tear: Fault =
            serde_json::from_str(r#"{"tear_at_exchange": 7, "byte": 3, "direction": "response"}"#)
                .unwrap();
        assert_eq!(
            tear,
            Fault::Tear {
                exchange: 7,
                byte: 3,
                direction: Direction::Response
            }
        );
        let mute: Fault = serde_json::from_str(r#"{"mute_at_exchange": 2}"#).unwrap();
        assert_eq!(mute, Fault::Mute { exchange: 2 });
        assert!(
            serde_json::from_str::<Fault>(r#"{"tear_at_exchange": 7, "direction": "sideways"}"#)
                .is_err()
        );
    }
}
