//! Which invocations are in progress on this thread. A system call finds its runtime here.

use {
    solana_instruction_error::InstructionError,
    solana_program_runtime::invoke_context::InvokeContext,
    solana_svm_log_collector::LogCollector,
    std::{cell::RefCell, panic::resume_unwind, rc::Rc},
};

type Context = InvokeContext<'static, 'static>;

/// Where a program's lines go; shared with the runtime.
type Log = Option<Rc<RefCell<LogCollector>>>;

struct Invocation {
    context: *mut Context,
    log: Log,
}

thread_local! {
    /// The innermost last. A program that invokes itself has two.
    static RUNNING: RefCell<Vec<Invocation>> = const { RefCell::new(Vec::new()) };
}

/// For as long as it lives, system calls of this thread go to the context it was made of.
pub struct Running(());

impl Running {
    /// # Safety
    /// Until the value is dropped, `context` is used by nothing but [`with`].
    pub unsafe fn enter(context: &mut InvokeContext) -> Self {
        let log = context.get_log_collector();
        let context = std::ptr::from_mut(context).cast::<Context>();
        RUNNING.with_borrow_mut(|stack| stack.push(Invocation { context, log }));
        Running(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|stack| stack.pop());
    }
}

/// The log of the program that is running on this thread, or `None` when there is none. It does not touch the context, which
/// a system call may be using.
pub fn log_of_program() -> Option<Log> {
    RUNNING.with_borrow(|stack| stack.last().map(|innermost| innermost.log.clone()))
}

/// Calls `body` with the innermost context. System calls do not nest, so no two bodies hold the same context, save that a
/// CPI's body lends it to the invoked program for as long as that runs.
pub fn with<R>(body: impl FnOnce(&mut Context) -> R) -> R {
    let innermost = RUNNING.with_borrow(|stack| stack.last().map(|innermost| innermost.context));
    let context = innermost.expect("a system call outside a program");
    // SAFETY: pushed by `enter`, whose caller leaves the context alone until it is popped, which is before it is gone.
    body(unsafe { &mut *context })
}

/// What unwinds through a program that a system call has ended.
pub struct Abort(pub InstructionError);

/// Ends the running program with `error`.
pub fn abort(error: InstructionError) -> ! {
    resume_unwind(Box::new(Abort(error)))
}

/// As a system call ends: with its value, or with the program.
pub fn or_abort<T>(result: Result<T, InstructionError>) -> T {
    result.unwrap_or_else(|error| abort(error))
}

/// Takes `units` from the compute meter.
pub fn consume(context: &InvokeContext, units: u64) -> Result<(), InstructionError> {
    context
        .compute_meter
        .consume_checked(units)
        .map_err(|_| InstructionError::ComputationalBudgetExceeded)
}
