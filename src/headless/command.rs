//! The hand's line protocol: one command a line, one answer a line, `ok …` or `no …`.
//!
//! - `tap LABEL`: touches the middle of the element with this accessible label; `tap-at X Y`, `drag X1 Y1 X2 Y2` touch points, `poke X Y`
//!   with a finger that does not rest
//! - `key NAME`, `type TEXT`: keys of a keyboard
//! - `wait LABEL SECONDS`, `gone LABEL SECONDS`: until an element is, or is no longer, on the screen
//! - `labels`: everything that can be seen, one label after another, divided by ` | `
//! - `heard`: what was said since the last time, one phrase after another, divided by ` | `
//! - `headset in`, `headset out`: a headset is plugged in or pulled out
//! - `size WIDTH HEIGHT`: the window becomes so large, the strip of virtual devices included, as when a panel is turned
//! - `shot FILE.png`, `quit`
//!
//! A label is found by its whole text, else by its beginning. Line breaks in labels count as spaces.

use std::{path::PathBuf, time::Duration};

/// One command.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    Tap(String),
    TapAt(f32, f32),
    Poke(f32, f32),
    Drag { from: (f32, f32), to: (f32, f32) },
    Key(String),
    Type(String),
    Wait(String, Duration),
    Gone(String, Duration),
    Shot(PathBuf),
    Labels,
    Heard,
    Headset(bool),
    Size(f32, f32),
    Quit,
}

impl Command {
    /// Reads a line.
    pub fn parse(line: &str) -> Result<Self, String> {
        let line = line.trim();
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match verb {
            "tap" if !rest.is_empty() => Ok(Self::Tap(rest.into())),
            "tap-at" => numbers::<2>(rest).map(|[x, y]| Self::TapAt(x, y)),
            "poke" => numbers::<2>(rest).map(|[x, y]| Self::Poke(x, y)),
            "drag" => numbers::<4>(rest).map(|[x1, y1, x2, y2]| Self::Drag {
                from: (x1, y1),
                to: (x2, y2),
            }),
            "key" if !rest.is_empty() => Ok(Self::Key(rest.into())),
            "type" => Ok(Self::Type(rest.into())),
            "wait" => label_and_time(rest).map(|(label, time)| Self::Wait(label, time)),
            "gone" => label_and_time(rest).map(|(label, time)| Self::Gone(label, time)),
            "shot" if !rest.is_empty() => Ok(Self::Shot(rest.into())),
            "labels" => Ok(Self::Labels),
            "heard" => Ok(Self::Heard),
            "headset" if rest == "in" => Ok(Self::Headset(true)),
            "headset" if rest == "out" => Ok(Self::Headset(false)),
            "size" => numbers::<2>(rest).map(|[width, height]| Self::Size(width, height)),
            "quit" => Ok(Self::Quit),
            _ => Err(format!("the hand does not know {line:?}")),
        }
    }
}

fn numbers<const N: usize>(text: &str) -> Result<[f32; N], String> {
    let read: Option<Vec<f32>> = text
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect();
    read.and_then(|read| read.try_into().ok())
        .ok_or_else(|| format!("expected {N} numbers, not {text:?}"))
}

fn label_and_time(text: &str) -> Result<(String, Duration), String> {
    let (label, seconds) = text
        .rsplit_once(' ')
        .ok_or("expected a label and seconds")?;
    let seconds: f32 = seconds
        .parse()
        .map_err(|_| format!("{seconds:?} are no seconds"))?;
    let time =
        Duration::try_from_secs_f32(seconds).map_err(|_| format!("{seconds} are no seconds"))?;
    Ok((label.trim().into(), time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_may_have_spaces() {
        let wait = Command::parse("wait Buy tickets 2.5").unwrap();
        assert_eq!(
            wait,
            Command::Wait("Buy tickets".into(), Duration::from_millis(2_500))
        );
        assert_eq!(
            Command::parse("tap 席を選ぶ 2枚"),
            Ok(Command::Tap("席を選ぶ 2枚".into()))
        );
    }

    #[test]
    fn numbers_are_counted() {
        assert_eq!(
            Command::parse("drag 1 2 3 4"),
            Ok(Command::Drag {
                from: (1.0, 2.0),
                to: (3.0, 4.0)
            })
        );
        assert_eq!(
            Command::parse("size 1920 1240"),
            Ok(Command::Size(1920.0, 1240.0))
        );
        assert!(Command::parse("tap-at 1").is_err());
        assert!(Command::parse("wait soon").is_err());
        assert!(Command::parse("dance").is_err());
    }
}
