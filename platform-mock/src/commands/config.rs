//! `platform-center config check`: what the settings are, who says so, and what is wrong with them.

use platform_center::config::{Config, SETTINGS};

use super::say;

/// Names in the environment less alike than this are other programs'.
const ALIKE: f64 = 0.93;

/// Prints every setting. What is wrong was found when they were read.
pub fn check(config: &Config) {
    say::line(format_args!("{}", config.to_string().trim_end()));
    let known: Vec<String> = SETTINGS.iter().map(|setting| setting.variable()).collect();
    for (name, _) in std::env::vars() {
        if known.contains(&name) {
            continue;
        }
        let meant = known
            .iter()
            .find(|known| strsim::jaro_winkler(known, &name) >= ALIKE);
        if let Some(meant) = meant {
            say::problem(format_args!(
                "{name} in the environment is no setting; did you mean {meant}?"
            ));
        }
    }
}
