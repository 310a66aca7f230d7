//! Settings: all in one table, read from `platform.toml` in the data folder, from the environment and from the command line, the later ones
//! before the earlier. What is not in the table is refused with the name that was probably meant.

pub mod settings;
mod sources;

pub use settings::{Kind, SETTINGS, Setting};
pub use sources::Source;

use std::{fmt, path::Path, time::Duration};

use crate::server::limits::Limits;

/// The file's name in a data folder.
pub const FILE: &str = "platform.toml";

/// A setting with its value.
#[derive(Debug, Clone)]
pub struct Value {
    /// Which.
    pub setting: &'static Setting,
    /// What it is set to; `None` where it may be left out and is.
    pub text: Option<String>,
    /// Who says so.
    pub source: Source,
}

/// All settings of a node.
#[derive(Debug, Clone)]
pub struct Config {
    values: Vec<Value>,
}

/// What is wrong with the settings: everything, not just the first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Faults(pub Vec<String>);

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl Config {
    /// Reads the settings of a data folder. `stated` has what the command line says.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn load(
        data: &Path,
        environment: &dyn Fn(&str) -> Option<String>,
        stated: &[(&str, String)],
    ) -> Result<Self, Faults> {
        let file = sources::File::read(&data.join(FILE))?;
        let mut faults = file.unknown();
        let mut values = Vec::with_capacity(SETTINGS.len());
        for setting in SETTINGS {
            let (text, source) = sources::find(setting, &file, environment, stated);
            if let Some(fault) = text.as_deref().and_then(|text| setting.fault(text)) {
                faults.push(format!("{} ({source}): {fault}", setting.key));
            }
            values.push(Value {
                setting,
                text,
                source,
            });
        }
        if faults.is_empty() {
            Ok(Self { values })
        } else {
            Err(Faults(faults))
        }
    }

    /// All of them, in the order of the table.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The PostgreSQL database; `None`: a file in the data folder.
    pub fn database(&self) -> Option<&str> {
        self.text("database")
    }

    /// Where terminals and people reach the platform.
    pub fn listen(&self) -> &str {
        self.text("listen").unwrap_or_default()
    }

    /// Names or addresses under which terminals reach this machine.
    pub fn names(&self) -> Vec<String> {
        let names = self.text("names").unwrap_or_default().split(',');
        let names = names.map(str::trim).filter(|name| !name.is_empty());
        names.map(str::to_owned).collect()
    }

    /// Where health and metrics are; `None`: nowhere.
    pub fn admin_listen(&self) -> Option<&str> {
        self.text("admin.listen")
            .filter(|address| *address != settings::OFF)
    }

    /// Whether somebody stated where health and metrics are.
    pub fn admin_is_stated(&self) -> bool {
        self.value("admin.listen")
            .is_some_and(|value| value.source != Source::Default)
    }

    /// What is logged, in the words of tracing's filters.
    pub fn log_filter(&self) -> &str {
        self.text("log.filter").unwrap_or_default()
    }

    /// How log lines look.
    pub fn log_format(&self) -> LogFormat {
        match self.text("log.format") {
            Some("json") => LogFormat::Json,
            _ => LogFormat::Text,
        }
    }

    /// The limits of the node.
    pub fn limits(&self) -> Limits {
        let size = |key| usize::try_from(self.number(key)).unwrap_or(usize::MAX);
        let rate = |key| u32::try_from(self.number(key)).unwrap_or(u32::MAX);
        let seconds = |key| Duration::from_secs(self.number(key));
        Limits {
            connections: size("limits.connections"),
            requests: size("limits.requests"),
            caller_per_second: rate("limits.caller_per_second"),
            caller_burst: rate("limits.caller_burst"),
            head_within: seconds("limits.head_seconds"),
            body_within: seconds("limits.body_seconds"),
            disk_free_min: self.number("limits.disk_free_mib") << 20,
            silent_after: Duration::from_secs(60 * self.number("devices.silent_minutes")),
            stop_notice: seconds("stop.notice_seconds"),
            stop_within: seconds("stop.deadline_seconds"),
        }
    }

    fn value(&self, key: &str) -> Option<&Value> {
        self.values.iter().find(|value| value.setting.key == key)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.value(key)?.text.as_deref()
    }

    /// A number; the table says that there is one, and it was checked.
    fn number(&self, key: &str) -> u64 {
        self.text(key)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    }
}

impl fmt::Display for Config {
    /// As a file would say it, each with its source; secrets are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for value in &self.values {
            let key = value.setting.key;
            let shown = match &value.text {
                Some(text) => value.setting.shown(text),
                None => format!("({})", value.setting.unset),
            };
            writeln!(f, "{key} = {shown}  # {}", value.source)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(
        file: &str,
        environment: &[(&str, &str)],
        stated: &[(&str, &str)],
    ) -> Result<Config, Faults> {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join(FILE), file).unwrap();
        let environment = |name: &str| {
            let found = environment.iter().find(|(key, _)| *key == name);
            found.map(|(_, text)| (*text).to_owned())
        };
        let stated: Vec<_> = stated
            .iter()
            .map(|(key, text)| (*key, (*text).to_owned()))
            .collect();
        Config::load(data.path(), &environment, &stated)
    }

    #[test]
    fn the_command_line_comes_before_the_environment_and_that_before_the_file() {
        let file = "listen = \"127.0.0.1:1\"\n[limits]\nrequests = 7\nconnections = 9\n";
        let config = load(
            file,
            &[
                ("KIPPU_LISTEN", "127.0.0.1:2"),
                ("KIPPU_LIMITS_REQUESTS", "8"),
            ],
            &[("listen", "127.0.0.1:3")],
        )
        .unwrap();
        assert_eq!(config.listen(), "127.0.0.1:3");
        let limits = config.limits();
        assert_eq!((limits.requests, limits.connections), (8, 9));
        let said = config.to_string();
        for part in [
            "# command line",
            "# KIPPU_LIMITS_REQUESTS",
            "platform.toml",
            "# default",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_name_that_was_meant() {
        let faults = load(
            "[limits]\nrequest = 7\n[stop]\ndeadline_second = 1\n",
            &[],
            &[],
        )
        .unwrap_err()
        .to_string();
        for part in [
            "limits.request ",
            "limits.requests",
            "stop.deadline_seconds",
        ] {
            assert!(faults.contains(part), "{part} in {faults}");
        }
    }

    #[test]
    fn values_of_the_wrong_kind_are_all_named() {
        let faults = load(
            "listen = 8080\n[limits]\nrequests = 0\n",
            &[("KIPPU_LOG_FORMAT", "xml"), ("KIPPU_ADMIN_LISTEN", "here")],
            &[],
        )
        .unwrap_err();
        assert_eq!(faults.0.len(), 4, "{faults}");
    }

    #[test]
    fn a_password_is_never_shown() {
        for address in [
            "postgres://kippu:geheim@db/kippu",
            "host=db password=geheim user=kippu",
            "host=db password='geheim' user=kippu",
            "postgres://kippu@db/kippu?password=geheim",
        ] {
            let said = load("", &[("KIPPU_DATABASE", address)], &[])
                .unwrap()
                .to_string();
            assert!(!said.contains("geheim"), "{said}");
            assert!(said.contains("db"), "{said}");
        }
    }

    #[test]
    fn every_setting_stands_in_the_manual() {
        let manual = include_str!("../../../docs/operations.md");
        for setting in SETTINGS {
            let default = setting.default.unwrap_or(setting.unset).replace('`', "");
            let row = manual
                .lines()
                .find(|line| line.starts_with(&format!("| `{}` |", setting.key)));
            let row = row.unwrap_or_else(|| panic!("{} is not in the manual", setting.key));
            assert!(row.replace('`', "").contains(&default), "{row}");
            assert!(
                row.replace('`', "")
                    .contains(&setting.help.replace('`', "")),
                "{row}"
            );
        }
    }

    #[test]
    fn every_default_is_what_it_may_be_and_limits_are_those_of_the_program() {
        for setting in SETTINGS {
            assert_eq!(
                setting.default.and_then(|text| setting.fault(text)),
                None,
                "{}",
                setting.key
            );
        }
        let limits = load("", &[], &[]).unwrap().limits();
        let program = Limits::default();
        assert!(limits.caller_per_second > 0);
        assert_eq!(
            Limits {
                caller_per_second: 0,
                caller_burst: 0,
                ..limits
            },
            program
        );
    }
}
