// `import TensorBoard` alone is enough to log: summaries and hyperparameters are types of EventFiles.
@_exported public import EventFiles
