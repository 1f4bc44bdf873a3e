using Kedge.FewShot;

namespace Kedge.Experiments;

/// <summary>Images that a fitted classifier is evaluated on beside the queries of its task.</summary>
/// <param name="Part">The name of the result in tables.</param>
/// <param name="Query">The images; their labels are indices into the classes of the split.</param>
internal abstract record EvaluationSplit(string Part, LabelledFeatures Query);

/// <summary>
/// Novel classes: the classifier is given their names after its fit (<see cref="FewShotClassifier.Transfer"/>).
/// </summary>
/// <param name="Part">The name of the result in tables.</param>
/// <param name="Query">The images.</param>
/// <param name="Classes">The classes.</param>
internal sealed record NovelClasses(string Part, LabelledFeatures Query, ClassSet Classes) : EvaluationSplit(Part, Query);

/// <summary>Distribution shift: images from elsewhere of classes that the classifier was fitted on.</summary>
/// <param name="Part">The name of the result in tables.</param>
/// <param name="Query">The images.</param>
/// <param name="Places">
/// For each class of the split its index among those of the fit; the logits of the others are left out.
/// </param>
/// <param name="ClassNames">The names of the classes of the split.</param>
internal sealed record DistributionShift(string Part, LabelledFeatures Query, IReadOnlyList<int> Places, IReadOnlyList<string> ClassNames)
    : EvaluationSplit(Part, Query);
