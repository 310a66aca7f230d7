//! The hook that kills a kiosk at any point is in test builds, and in no release. To be run in both kinds of build; without building everything anew:
//! `cargo test -p kippu --test kill_hook --config profile.dev.package.kippu.debug-assertions=false`. That leaves a `kippu` without the hook behind: build again
//! before the fault matrix.

#[test]
fn the_kill_hook_is_in_test_builds_only() {
    let program = std::fs::read(env!("CARGO_BIN_EXE_kippu")).unwrap();
    let has_hook = program
        .windows(b"KIPPU_KILL_AT".len())
        .any(|window| window == b"KIPPU_KILL_AT");
    assert_eq!(has_hook, cfg!(debug_assertions));
}
