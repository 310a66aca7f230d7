//! Compiles the Slint sources; debug information lets tests and the headless hand find elements by their labels.
use slint_build::{CompilerConfiguration, DefaultTranslationContext};

fn main() {
    let config = CompilerConfiguration::new()
        .with_debug_info(true)
        .with_bundled_translations("lang")
        .with_default_translation_context(DefaultTranslationContext::None);
    slint_build::compile_with_config("kippu.slint", config).expect("ui/kippu.slint must compile");
}
