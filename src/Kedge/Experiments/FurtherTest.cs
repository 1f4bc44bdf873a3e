using Kedge.FewShot;

namespace Kedge.Experiments;

/// <summary>Images that a fitted classifier is tested on beside those of its task.</summary>
/// <param name="Part">What tables call the result.</param>
/// <param name="Query">The images; their labels are places in the classes tested.</param>
public abstract record FurtherTest(string Part, LabelledFeatures Query);

/// <summary>A test on classes of which the classifier is given the names after its fit (<see cref="FewShotClassifier.For"/>).</summary>
/// <param name="Part">What tables call the result.</param>
/// <param name="Query">The images.</param>
/// <param name="Classes">The classes.</param>
public sealed record OtherClassesTest(string Part, LabelledFeatures Query, ClassSet Classes) : FurtherTest(Part, Query);

/// <summary>A test on other images of classes that the classifier was fitted on.</summary>
/// <param name="Part">What tables call the result.</param>
/// <param name="Query">The images.</param>
/// <param name="Places">For each class tested its place among those of the fit; the logits of the others are left out.</param>
/// <param name="ClassNames">The names of the classes tested.</param>
public sealed record SameClassesTest(string Part, LabelledFeatures Query, IReadOnlyList<int> Places, IReadOnlyList<string> ClassNames) : FurtherTest(Part, Query);
