//! Compiles the Slint sources; debug information lets tests and the headless hand find elements by their labels.
fn main() {
    let config = slint_build::CompilerConfiguration::new().with_debug_info(true);
    slint_build::compile_with_config("kippu.slint", config).expect("ui/kippu.slint must compile");
}
