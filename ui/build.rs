//! Compiles the Slint sources; debug information lets tests and the headless hand find elements by their labels.

#[path = "pseudo.rs"]
mod pseudo;

use std::{env, fs, path::Path};

use slint_build::{CompilerConfiguration, DefaultTranslationContext};

/// The catalogue of a language, within the folder of translations.
fn catalogue(language: &str) -> String {
    format!("{language}/LC_MESSAGES/kippu-ui.po")
}

fn main() {
    println!("cargo:rerun-if-changed=lang");
    println!("cargo:rerun-if-changed=pseudo.rs");
    let made = env::var("OUT_DIR").expect("cargo names the folder to build in");
    let bundled = Path::new(&made).join("lang");
    let japanese = fs::read_to_string(Path::new("lang").join(catalogue("ja")))
        .expect("the Japanese catalogue must be there");
    for (language, text) in [("ja", &japanese), ("en-XA", &pseudo::catalogue(&japanese))] {
        let file = bundled.join(catalogue(language));
        let folder = file.parent().expect("a catalogue lies in a folder");
        fs::create_dir_all(folder).expect("the folder of a catalogue can be made");
        // One that is written again is newer than this build, and everything would be built again every time.
        if fs::read_to_string(&file).is_ok_and(|known| known == *text) {
            continue;
        }
        fs::write(file, text).expect("a catalogue can be written");
    }
    let config = CompilerConfiguration::new()
        .with_debug_info(true)
        .with_bundled_translations(&bundled)
        .with_default_translation_context(DefaultTranslationContext::None);
    slint_build::compile_with_config("kippu.slint", config).expect("ui/kippu.slint must compile");
}
