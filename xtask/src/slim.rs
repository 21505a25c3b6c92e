//! Makes a module of the browser's lighter by what no page of ours does, and by names that say too much.
//!
//! A compiler cannot know the first, since Leptos puts functions for all that it could do into tables.

use std::collections::{BTreeMap, HashMap};
use walrus::ir::{Instr, Unreachable};
use walrus::{ElementItems, FunctionId, FunctionKind, Module, TypeId};

/// Parts of functions' names. Pages are taken over all at once (`leptos::mount::hydrate_body`), after their
/// code has been loaded, and from what the server rendered; routes are listed by the server alone.
const NEVER_CALLED: [&str; 3] = ["hydrate_async", "hydrate_from_template", "generate_routes"];
/// Names of other functions in which those of their arguments occur.
const NAMED_AFTER_OTHERS: &str = "drop_in_place";
/// Of what `wasm-bindgen` puts behind the names of imports.
const HASH_LENGTH: usize = 16;

/// Replaces what is never called by a trap, one for each signature.
pub(crate) fn forget_never_called(module: &mut Module) {
    let mut traps: HashMap<TypeId, FunctionId> = HashMap::new();
    let mut replaced: HashMap<FunctionId, FunctionId> = HashMap::new();
    for function in module.funcs.iter_mut() {
        let id = function.id();
        let is_named = |name: &String| NEVER_CALLED.iter().any(|part| name.contains(part)) && !name.contains(NAMED_AFTER_OTHERS);
        if let (true, FunctionKind::Local(local)) = (function.name.as_ref().is_some_and(is_named), &mut function.kind) {
            let entry = local.entry_block();
            local.block_mut(entry).instrs = vec![(Instr::Unreachable(Unreachable {}), Default::default())];
            replaced.insert(id, *traps.entry(local.ty()).or_insert(id));
        }
    }
    for element in module.elements.iter_mut() {
        if let ElementItems::Functions(functions) = &mut element.items {
            for function in functions {
                *function = replaced.get(function).copied().unwrap_or(*function);
            }
        }
    }
}

/// Takes the hashes off the names of imports, in the module and in the script that it imports from, where they
/// are a fifth of what these names weigh.
pub(crate) fn shorten_imports(module: &mut Module, script: &str) -> String {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    let mut script = script.to_owned();
    for import in module.imports.iter_mut() {
        let Some(plain) = without_hash(&import.name) else { continue };
        let number = uses.entry(plain.to_owned()).or_default();
        let short = format!("{plain}_{number}");
        *number += 1;
        script = script.replace(&import.name, &short);
        import.name = short;
    }
    script
}

fn without_hash(name: &str) -> Option<&str> {
    let (plain, hash) = name.rsplit_once('_')?;
    (hash.len() == HASH_LENGTH && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{ConstExpr, ElementKind, FunctionBuilder, RefType};

    /// A function that answers a number.
    fn function(module: &mut Module, name: &str) -> FunctionId {
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[walrus::ValType::I32]);
        builder.name(name.to_owned()).func_body().i32_const(1);
        builder.finish(Vec::new(), &mut module.funcs)
    }

    #[test]
    fn what_is_never_called_is_one_trap_and_all_else_stays() {
        let mut module = Module::default();
        let names =
            ["any_view::hydrate_async", "any_view::hydrate", "x::hydrate_async::closure", "drop_in_place<x::hydrate_async>"];
        let functions = names.map(|name| function(&mut module, name));
        let table = module.tables.add_local(false, 4, None, RefType::FUNCREF);
        let kind = ElementKind::Active { table, offset: ConstExpr::Value(walrus::ir::Value::I32(0)) };
        module.elements.add(kind, ElementItems::Functions(functions.to_vec()));
        forget_never_called(&mut module);
        let is_trap = |id: FunctionId| {
            let local = module.funcs.get(id).kind.unwrap_local();
            matches!(local.block(local.entry_block()).instrs[..], [(Instr::Unreachable(_), _)])
        };
        assert_eq!(functions.map(is_trap), [true, false, true, false]);
        let Some(ElementItems::Functions(listed)) = module.elements.iter().next().map(|element| &element.items) else { panic!() };
        assert_eq!(listed[..], [functions[0], functions[1], functions[0], functions[3]]);
    }

    #[test]
    fn imports_of_one_name_stay_apart() {
        let mut module = Module::default();
        let signature = module.types.add(&[], &[]);
        let names = ["__wbg_get_0123456789abcdef", "__wbg_get_fedcba9876543210", "__wbg_plain", "table_000"];
        for name in names {
            module.add_import_func("./script.js", name, signature);
        }
        let script = shorten_imports(&mut module, &names.join(" "));
        assert_eq!(script, "__wbg_get_0 __wbg_get_1 __wbg_plain table_000");
        assert_eq!(module.imports.iter().map(|import| &*import.name).collect::<Vec<_>>().join(" "), script);
    }
}
