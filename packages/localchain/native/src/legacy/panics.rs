//! A program's panic goes into its log, as on chain; any other is one line on stderr.

use {
    super::{running::log_of_program, source_path::portable},
    solana_program_runtime::stable_log,
    std::panic::{PanicHookInfo, set_hook},
};

pub fn install() {
    set_hook(Box::new(|panic| {
        let line = describe(panic);
        match log_of_program() {
            Some(log) => stable_log::program_log(&log, &line),
            None => eprintln!("countersign-native-svm: {line}"),
        }
    }));
}

/// One line.
fn describe(panic: &PanicHookInfo) -> String {
    let message = panic
        .payload_as_str()
        .unwrap_or("no message")
        .replace(['\n', '\r'], " ");
    let Some(location) = panic.location() else {
        return format!("panicked: {message}");
    };
    let file = portable(location.file());
    format!(
        "panicked at {file}:{}:{}: {message}",
        location.line(),
        location.column()
    )
}
