//! An account as the running program holds it: places in its input, shared with it by address.

use {
    solana_instruction_error::InstructionError,
    solana_program_runtime::invoke_context::InvokeContext,
    solana_svm_log_collector::ic_logger_msg,
    solana_transaction_context::instruction_accounts::BorrowedInstructionAccount,
    v1::{account_info::AccountInfo, entrypoint::MAX_PERMITTED_DATA_INCREASE, pubkey::Pubkey},
};

/// Past the borrow flags of the `AccountInfo`, as on chain: there the runtime writes through addresses, and a program that
/// holds a borrow over an invocation is not stopped by it.
pub struct Loaned<'i, 'a> {
    info: &'i AccountInfo<'a>,
    lamports: &'i mut u64,
    data: &'i mut &'a mut [u8],
}

impl<'i, 'a> Loaned<'i, 'a> {
    /// # Safety
    /// The program that made `info` waits in a system call for as long as the value lives, and there is no other of `info`.
    pub unsafe fn of(info: &'i AccountInfo<'a>) -> Self {
        // SAFETY: both cells are alive, and by the caller's word nobody reads or writes their contents meanwhile.
        let (lamports, data) = unsafe { (&mut **info.lamports.as_ptr(), &mut *info.data.as_ptr()) };
        Loaned { info, lamports, data }
    }

    pub fn data_bytes(&self) -> usize {
        self.data.len()
    }

    /// What the program has changed so far, for the one it invokes to see.
    pub fn publish(&self, account: &mut BorrowedInstructionAccount) -> Result<(), InstructionError> {
        if account.get_lamports() != *self.lamports {
            account.set_lamports(*self.lamports)?;
        }
        match account.can_data_be_resized(self.data.len()) {
            Ok(()) => account.set_data_from_slice(self.data)?,
            Err(error) if account.get_data() != &self.data[..] => return Err(error),
            Err(_) => {}
        }
        // Last, for the owner may do what comes before.
        if account.get_owner().as_ref() != self.info.owner.as_ref() {
            account.set_owner(self.info.owner.as_ref())?;
        }
        Ok(())
    }

    /// What the invoked program has changed, for the one that invoked it to see.
    pub fn receive(
        &mut self,
        account: &BorrowedInstructionAccount,
        context: &InvokeContext,
    ) -> Result<(), InstructionError> {
        *self.lamports = account.get_lamports();
        self.info
            .assign(&Pubkey::new_from_array(account.get_owner().to_bytes()));
        let data = account.get_data();
        if data.len() != self.data.len() {
            self.resize(data.len(), context)?;
        }
        self.data.copy_from_slice(data);
        Ok(())
    }

    fn resize(&mut self, bytes: usize, context: &InvokeContext) -> Result<(), InstructionError> {
        // SAFETY: the input has the length that the data had at the start in the four bytes before the account's key.
        let original = unsafe { self.info.original_data_len() };
        if bytes > original.saturating_add(MAX_PERMITTED_DATA_INCREASE) {
            ic_logger_msg!(
                context.get_log_collector(),
                "Account data size realloc limited to {} in inner instructions",
                MAX_PERMITTED_DATA_INCREASE
            );
            return Err(InstructionError::InvalidRealloc);
        }
        if let Some(left) = self.data.get_mut(bytes..) {
            left.fill(0);
        }
        let start = self.data.as_mut_ptr();
        // SAFETY: the input has room for `original + MAX_PERMITTED_DATA_INCREASE` bytes of data, and its length in the eight
        // aligned bytes before, where `AccountInfo::realloc` writes it and the runtime reads it back.
        unsafe {
            start.sub(size_of::<u64>()).cast::<u64>().write(bytes as u64);
            *self.data = std::slice::from_raw_parts_mut(start, bytes);
        }
        Ok(())
    }
}
