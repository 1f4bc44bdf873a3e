using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>A weighted sum of classifiers.</summary>
internal sealed class FuseClassifier : FewShotClassifier
{
    private readonly IReadOnlyList<(FewShotClassifier Classifier, double Weight)> _members;
    private readonly bool _ownsAnchors;
    private readonly Fuse _method;

    /// <param name="method">The method, for classifiers of novel classes.</param>
    /// <param name="state">The whole state, of which the members hold the tensors.</param>
    /// <param name="members">The classifiers; owned from now on.</param>
    /// <param name="weights">One a classifier.</param>
    internal FuseClassifier(Fuse method, ClassifierState state, IReadOnlyList<FewShotClassifier> members, IReadOnlyList<double> weights)
        : base(state)
    {
        _method = method;
        _members = [.. members.Zip(weights)];
        Support = members.Select(member => member.Support).FirstOrDefault(support => support is not null);
        var sets = members.Select(member => member.Anchors).OfType<AnchorSet>().ToArray();
        _ownsAnchors = sets.Length > 1;
        Anchors = sets.Length < 2 ? sets.FirstOrDefault()
            : new AnchorSet(cat([.. sets.Select(set => set.Features)], 0).DetachFromDisposeScope(), [.. sets.SelectMany(set => set.Names)]);
    }

    /// <summary>
    /// All anchors of all members, in their order; several members' without their tokens, which need not be alike.
    /// </summary>
    public override AnchorSet? Anchors { get; }

    /// <summary>The support images, which are the same for every member that keeps them.</summary>
    public override StoredSupport? Support { get; }

    public override FeatureKinds Needs => _method.Requires.Kinds();

    public override bool HasParts => _members.All(member => member.Classifier.HasParts);

    internal override void RequireParts(string advice)
    {
        foreach (var (classifier, _) in _members)
            classifier.RequireParts(advice);
    }

    protected override Tensor LogitsCore(ImageFeatures images) => Sum(member => member.Logits(images))!;

    /// <summary>Each part is the sum of the members' own, but for the anchors, which are concatenated.</summary>
    protected override Explanation ExplainCore(ImageFeatures images)
    {
        var parts = _members.ToDictionary(member => member.Classifier, member => member.Classifier.Explain(images));
        Tensor[] anchors = [.. _members.Where(member => parts[member.Classifier].Anchors is not null)
            .Select(member => parts[member.Classifier].Anchors!.Mul(member.Weight))];
        return new Explanation(Sum(member => parts[member].ZeroShot)!, anchors.Length == 0 ? null : cat(anchors, 2),
            Sum(member => parts[member].Support), Sum(member => parts[member].Bias), Sum(member => parts[member].Adapter));
    }

    /// <summary>Where every member can be transferred.</summary>
    protected override FewShotClassifier? TransferCore(ClassSet classes)
    {
        FewShotClassifier?[] transferred = [.. _members.Select(member => member.Classifier.Transfer(classes))];
        try
        {
            if (transferred.Contains(null))
                return null;
            var tensors = transferred.Index().SelectMany(
                member => member.Item!.State.Tensors.Select(pair => (Name: FusePart.Prefix(member.Index) + pair.Key, pair.Value)))
                .ToDictionary(pair => pair.Name, pair => pair.Value);
            var parts = new FuseDetails([.. transferred.Select(member => FusePart.FromState(member!.State))]);
            return _method.Restore(State.TransferOnly(classes, tensors, parts.ToJson()));
        }
        finally
        {
            foreach (var member in transferred)
                member?.Dispose();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var (classifier, _) in _members)
                classifier.Dispose();
            if (_ownsAnchors)
                Anchors!.Features.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Σ_m w_m x_m over the members that have one; <see langword="null"/> where none has.</summary>
    private Tensor? Sum(Func<FewShotClassifier, Tensor?> of) =>
        _members.Select(member => of(member.Classifier) is { } x ? x.Mul(member.Weight) : null).OfType<Tensor>()
            .Aggregate((Tensor?)null, (sum, x) => sum is null ? x : sum.Add(x));
}
