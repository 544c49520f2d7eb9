//! One request, one answer, in order. `{"ok": …}` is the answer of an operation, `{"error": "…"}` says why there is none.

use {
    crate::{
        bank::Bank,
        frame,
        protocol::{Bytes, PROTOCOL, Request, Text},
        squads_program::CRATE_VERSION,
    },
    serde::Serialize,
    serde_json::{Value, json},
    std::{
        io::{Read, Write},
        panic::{AssertUnwindSafe, catch_unwind},
    },
};

/// Answers until `input` ends. The error is a broken pipe or frame, after which nothing can be answered.
pub fn serve(mut input: impl Read, mut output: impl Write) -> Result<(), String> {
    let mut bank = Bank::genesis()?;
    while let Some(request) = frame::read(&mut input)? {
        let answer = answer(&mut bank, &request);
        frame::write(&mut output, &answer)?;
    }
    Ok(())
}

/// A panic of the runtime is the failure of one request. Whatever executes does so on copies that are stored when it is
/// done, so the bank is as it was.
fn answer(bank: &mut Bank, request: &[u8]) -> Vec<u8> {
    let result = catch_unwind(AssertUnwindSafe(|| perform(bank, request)))
        .unwrap_or_else(|_| Err("internal error; the panic is on stderr".into()));
    let body = match result {
        Ok(value) => json!({ "ok": value }),
        Err(reason) => json!({ "error": reason }),
    }
    .to_string();
    if body.len() > frame::MAX_FRAME_BYTES {
        let reason = format!("an answer of {} bytes is more than a frame holds", body.len());
        return json!({ "error": reason }).to_string().into_bytes();
    }
    body.into_bytes()
}

fn perform(bank: &mut Bank, request: &[u8]) -> Result<Value, String> {
    let request = serde_json::from_slice(request).map_err(|error| format!("bad request: {error}"))?;
    match request {
        Request::Describe => Ok(json!({ "protocol": PROTOCOL, "crate": CRATE_VERSION })),
        Request::Execute { wire } => to_value(bank.execute(&wire.0)?),
        Request::Simulate { wire } => to_value(bank.simulate(&wire.0)?),
        Request::GetAccount { address } => to_value(bank.account(&address.0)),
        Request::SetAccount { address, account } => {
            bank.set_account(address.0, account.into())?;
            Ok(Value::Null)
        }
        Request::GetProgramAccounts { program } => to_value(bank.program_accounts(&program.0)),
        Request::MinimumBalance { data_bytes } => to_value(Text(bank.minimum_balance(data_bytes))),
        Request::SetClock {
            slot,
            epoch,
            unix_timestamp,
        } => {
            bank.set_clock(slot.0, epoch.0, unix_timestamp.0);
            Ok(Value::Null)
        }
        Request::Save => to_value(Bytes(bank.save())),
        Request::Load { snapshot } => {
            bank.load(&snapshot.0)?;
            Ok(Value::Null)
        }
    }
}

fn to_value(answer: impl Serialize) -> Result<Value, String> {
    serde_json::to_value(answer).map_err(|error| error.to_string())
}
