// `import TensorBoard` alone is enough to log: summaries and hyperparameters are types of EventFiles,
// and what is drawn of Images. Type aliases would not do: with `MemberImportVisibility`, an aliased
// type's own members are only seen where its module is imported.
@_exported public import EventFiles
@_exported public import Images
