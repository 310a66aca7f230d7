//! Where settings come from.

use std::{
    fmt,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{Faults, SETTINGS, Setting};

/// Names less alike than this are not what was meant.
const ALIKE: f64 = 0.7;

/// Who says what a setting is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody.
    Default,
    /// The file.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
    /// The command line.
    CommandLine,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => path.display().fmt(f),
            Self::Environment(name) => f.write_str(name),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// A file's settings: dotted names with values.
pub struct File {
    path: PathBuf,
    found: Vec<(String, toml::Value)>,
}

impl File {
    /// Reads a file; one that is not there says nothing.
    pub fn read(path: &Path) -> Result<Self, Faults> {
        let fault = |what: String| Faults(vec![format!("{}: {what}", path.display())]);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(fault(format!("cannot be read: {error}"))),
        };
        let table: toml::Table = toml::from_str(&text)
            .map_err(|error| fault(format!("is not understood: {}", error.message())))?;
        let mut found = Vec::new();
        flatten("", table, &mut found);
        Ok(Self {
            path: path.to_owned(),
            found,
        })
    }

    /// What it has that is no setting, or of the wrong type.
    pub fn unknown(&self) -> Vec<String> {
        let path = self.path.display();
        let mut faults = Vec::new();
        for (key, value) in &self.found {
            match SETTINGS.iter().find(|setting| setting.key == key) {
                Some(setting) if setting.is_number() && !value.is_integer() => {
                    faults.push(format!("{path}: {key} has to be a number"));
                }
                Some(setting) if !setting.is_number() && !value.is_str() => {
                    faults.push(format!("{path}: {key} has to be a text in quotes"));
                }
                Some(_) => {}
                None => faults.push(match nearest(key) {
                    Some(meant) => format!("{path}: {key} is no setting; did you mean {meant}?"),
                    None => format!("{path}: {key} is no setting"),
                }),
            }
        }
        faults
    }

    fn get(&self, setting: &Setting) -> Option<String> {
        let (_, value) = self.found.iter().find(|(key, _)| key == setting.key)?;
        match value {
            toml::Value::String(text) if !setting.is_number() => Some(text.clone()),
            toml::Value::Integer(number) if setting.is_number() => Some(number.to_string()),
            // Named by `unknown`.
            _ => None,
        }
    }
}

fn flatten(before: &str, table: toml::Table, found: &mut Vec<(String, toml::Value)>) {
    for (name, value) in table {
        let key = if before.is_empty() {
            name
        } else {
            format!("{before}.{name}")
        };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, found),
            value => found.push((key, value)),
        }
    }
}

/// The setting whose name is most like this.
fn nearest(key: &str) -> Option<&'static str> {
    let likeness = |setting: &Setting| strsim::jaro_winkler(setting.key, key);
    let best = SETTINGS
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) >= ALIKE).then_some(best.key)
}

/// What a setting is, and who says so.
pub fn find(
    setting: &'static Setting,
    file: &File,
    environment: &dyn Fn(&str) -> Option<String>,
    stated: &[(&str, String)],
) -> (Option<String>, Source) {
    if let Some((_, text)) = stated.iter().find(|(key, _)| *key == setting.key) {
        return (Some(text.clone()), Source::CommandLine);
    }
    // What every program with this logging understands is understood here too.
    let usual = (setting.key == "log.filter").then(|| "RUST_LOG".to_owned());
    for name in std::iter::once(setting.variable()).chain(usual) {
        if let Some(text) = environment(&name) {
            return (Some(text), Source::Environment(name));
        }
    }
    match file.get(setting) {
        Some(text) => (Some(text), Source::File(file.path.clone())),
        None => (setting.default.map(str::to_owned), Source::Default),
    }
}
