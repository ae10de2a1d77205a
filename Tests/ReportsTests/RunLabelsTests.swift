import Testing

@testable import Reports

@Suite struct RunLabelsTests {
  @Test(
    arguments: [
      (
        ["lenet-optimizer=adam,rate=0.1,batch=64", "lenet-optimizer=sgd,rate=0.1,batch=64"],
        ["adam", "sgd"], "lenet-optimizer"
      ),
      (["a=1,b=2", "a=2,b=2", "a=2,b=3"], ["1 · 2", "2 · 2", "2 · 3"], "a · b"),
      (["a=1,b=2", "a=1,c=3"], ["a=1,b=2", "a=1,c=3"], nil),
      (["a=1", "a=1=2"], ["1", "1=2"], "a"),
      (["experiment/one/x", "experiment/two/x"], ["one/x", "two/x"], nil),
      (["x/with-the-end", "y/with-the-end", "long/with-the-end"], ["x", "y", "long"], nil),
      (["adam-1", "adam-2"], ["adam-1", "adam-2"], nil),
      (["experiment-", "experiment-a"], ["experiment-", "experiment-a"], nil),
      (["alone=1"], ["alone=1"], nil), ([], [], nil), ([".", "a"], [".", "a"], nil),
    ] as [([String], [String], String?)])
  func `labels are names without what all have in common`(
    names: [String], labels: [String], parts: String?
  ) {
    #expect(RunLabels(names).labels == labels)
    #expect(RunLabels(names).parts == parts)
  }
}
