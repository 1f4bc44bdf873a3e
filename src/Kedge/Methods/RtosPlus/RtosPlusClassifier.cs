using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>
/// A classifier by <see cref="RtosPlus"/>: linear in the image but for the keys, the adapter's unit length and the
/// attention. Files of 0.1.0 have other members beside anchors, ridge and discriminant (<see cref="EarlierMembers"/>).
/// </summary>
internal sealed class RtosPlusClassifier : FewShotClassifier
{
    private readonly RtosPart _rtos;
    private readonly EarlierMembers? _earlier;
    private readonly Tensor _classFeatures; // [C, D]
    private readonly Tensor? _keys; // [N, D]
    private readonly Tensor? _keyWeights; // [N]
    private readonly Tensor? _adapter; // [D, D]
    private readonly Tensor? _unprojection; // [D, E]
    private readonly Tensor _mean; // [E]
    private readonly Tensor _precision; // [E, E]
    private readonly Tensor _ridge; // [N, C]
    private readonly Tensor _bias; // [C]
    private readonly Tensor _head; // [C, E]: discriminant and ridge as one matrix; made here

    internal RtosPlusClassifier(ClassifierState state) : base(state)
    {
        Details = RtosPlusDetails.Read(state);
        var (width, classes) = (state.FeatureWidth, state.ClassCount);
        _classFeatures = state.Take("class.features", ScalarType.Float32, classes, width);
        Support = StoredSupport.Take(state) ?? throw state.Damaged("no support features");
        var count = Support.Features.shape[0];
        if (Details.Weights.Adapter is null)
            _earlier = new EarlierMembers(state, Details, Support);
        else
        {
            _keys = state.Take("keys", ScalarType.Float32, count, width);
            _keyWeights = state.Take("key.weights", ScalarType.Float32, count);
            _adapter = state.Take("adapter", ScalarType.Float32, width, width);
        }
        _unprojection = state.Tensors.ContainsKey("unprojection") ? state.Take("unprojection", ScalarType.Float32, width, -1) : null;
        var own = _unprojection?.shape[1] ?? width; // E
        _mean = state.Take("middle", ScalarType.Float32, own);
        _precision = state.Take("precision", ScalarType.Float32, own, own);
        _ridge = state.Take("ridge", ScalarType.Float32, count, classes);
        _bias = state.Take("bias", ScalarType.Float32, classes);
        _rtos = new RtosPart(state, Details.Rtos); // last, as it owns a tensor
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var images = Centre(Support.Features); // [N, E]
        _head = Membership().t().matmul(images).matmul(_precision).Add(_ridge.t().matmul(images)).DetachFromDisposeScope();
    }

    /// <summary>The anchors and the weights in effect.</summary>
    public RtosPlusDetails Details { get; }

    /// <inheritdoc/>
    public override AnchorSet Anchors => _rtos.Anchors;

    /// <inheritdoc/>
    public override StoredSupport Support { get; }

    /// <param name="task">The task.</param>
    /// <param name="training">RTOS.</param>
    /// <param name="learned">The other learned members.</param>
    /// <param name="members">The closed forms.</param>
    /// <param name="w">The weights of zero-shot, RTOS, keys, adapter, ridge and discriminant.</param>
    /// <param name="classBias">[C], of uneven classes.</param>
    internal static Fitted CreateFitted(
        FewShotTask task, RtosTraining training, LearnedMembers learned, SupportMembers members, double[] w, Tensor? classBias = null)
    {
        var (fit, (query, key)) = (training.Fit, training.Fit.Projections);
        var details = new RtosPlusDetails(training.Details(w[1] * training.Alpha), new RtosPlusWeights(
            ZeroShot: w[0], Rtos: w[1], Cache: w[2], Adapter: w[3], Ridge: w[4], Discriminant: w[5]));
        var tensors = RtosPart.Tensors(task, fit.Features(), fit.Anchors.Tokens, query, key, details.Rtos);
        tensors["keys"] = learned.Keys;
        tensors["key.weights"] = learned.KeyWeights.Mul(w[2]);
        tensors["adapter"] = learned.Adapter;
        if (members.Unprojection is { } unprojection)
            tensors["unprojection"] = unprojection;
        tensors["middle"] = members.Mean;
        tensors["precision"] = members.Discriminant.Precision.Mul(w[5]);
        tensors["ridge"] = members.Ridge.Coefficients.Mul(w[4]);
        var bias = members.Discriminant.Bias.Mul(w[5]);
        tensors["bias"] = classBias is null ? bias : bias.Add(classBias);
        return new Fitted(tensors, Details: details.ToJson());
    }

    /// <inheritdoc/>
    public override bool HasParts => true;

    /// <inheritdoc/>
    protected override Tensor LogitsCore(ImageFeatures images)
    {
        var x = images.Image;
        var logits = ZeroShotLogits(x).Add(_rtos.Logits(x)).Add(Centre(x).matmul(_head.t())).Add(_bias);
        return _earlier is not null
            ? logits.Add(_earlier.Logits(x))
            : logits.Add(AdapterChange(x)).Add(KeyValueCache.ByClass(Cache(x), Support.Labels, State.ClassCount));
    }

    /// <inheritdoc/>
    protected override Explanation ExplainCore(ImageFeatures images)
    {
        var (x, support) = (Centre(images.Image), Centre(Support.Features));
        var anchors = _rtos.Contributions(images.Image); // [B, C, K]
        var contributions = (x.matmul(_precision).matmul(support.t()).unsqueeze(1) * Membership().t())
            .Add(x.matmul(support.t()).unsqueeze(1) * _ridge.t()); // [B, C, N]
        return _earlier is not null
            ? new Explanation(ZeroShotLogits(images.Image), anchors.Add(_earlier.ByAnchor(images.Image)),
                _earlier.AddByImage(contributions, images.Image), _bias.clone())
            : new Explanation(ZeroShotLogits(images.Image), anchors,
                contributions.Add(KeyValueCache.ByKey(Cache(images.Image), Support.Labels, State.ClassCount)),
                _bias.clone(), AdapterChange(images.Image));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _head.Dispose();
            _rtos.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>z: [B, D] → [B, E].</summary>
    private Tensor Centre(Tensor x) => SupportMembers.Features(x, _unprojection) - _mean;

    private Tensor ZeroShotLogits(Tensor x) => ZeroShot.Logits(x, _classFeatures, State.LogitScale).Mul(Details.Weights.ZeroShot);

    private Tensor AdapterChange(Tensor x) =>
        LearnedMembers.Change(x, _adapter!, _classFeatures, State.LogitScale).Mul(Details.Weights.Adapter!.Value);

    private Tensor Cache(Tensor x) => LearnedMembers.Cache(x, _keys!, _keyWeights!);

    /// <summary>1 ÷ the images of the class where an image is of a class: [N, C].</summary>
    private Tensor Membership()
    {
        var membership = F.one_hot(Support.Labels, State.ClassCount).to(ScalarType.Float32);
        return membership / membership.sum(dim: 0).ClampMin(1);
    }
}
