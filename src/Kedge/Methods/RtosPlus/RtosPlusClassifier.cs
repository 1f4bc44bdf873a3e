using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>
/// A classifier by <see cref="RtosPlus"/>: linear in the image but for the kernel and the two attentions.
/// </summary>
internal sealed class RtosPlusClassifier : FewShotClassifier
{
    private readonly RtosPart _rtos;
    private readonly Tensor _classFeatures; // [C, D]
    private readonly Tensor _start; // [K, D]: the anchors at their start
    private readonly Tensor _anchorRidge; // [K, C]
    private readonly Tensor _mean; // [D]
    private readonly Tensor _precision; // [D, D]
    private readonly Tensor _ridge; // [N, C]
    private readonly Tensor _kernel; // [N, C], or [0, C] where there is none
    private readonly Tensor _bias; // [C]
    private readonly Tensor _head; // [C, D]: discriminant and ridge as one matrix; made here

    internal RtosPlusClassifier(ClassifierState state) : base(state)
    {
        Details = RtosPlusDetails.Read(state);
        var (width, classes) = (state.FeatureWidth, state.ClassCount);
        _rtos = new RtosPart(state, Details.Rtos);
        _classFeatures = state.Take("class.features", ScalarType.Float32, classes, width);
        Support = StoredSupport.Take(state) ?? throw state.Damaged("no support features");
        var count = Support.Features.shape[0];
        _start = state.Take("anchor.start", ScalarType.Float32, Details.Rtos.Anchors.Count, width);
        _anchorRidge = state.Take("anchor.ridge", ScalarType.Float32, Details.Rtos.Anchors.Count, classes);
        _mean = state.Take("middle", ScalarType.Float32, width);
        _precision = state.Take("precision", ScalarType.Float32, width, width);
        _ridge = state.Take("ridge", ScalarType.Float32, count, classes);
        _kernel = state.Take("kernel", ScalarType.Float32, Details.Weights.Kernel > 0 ? count : 0, classes);
        _bias = state.Take("bias", ScalarType.Float32, classes);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var images = Support.Features - _mean; // [N, D]
        _head = Membership().t().matmul(images).matmul(_precision).Add(_ridge.t().matmul(images)).DetachFromDisposeScope();
    }

    /// <summary>The anchors and the weights in effect.</summary>
    public RtosPlusDetails Details { get; }

    /// <inheritdoc/>
    public override AnchorSet Anchors => _rtos.Anchors;

    /// <inheritdoc/>
    public override StoredSupport Support { get; }

    internal static Fitted CreateFitted(
        FewShotTask task, RtosTraining training, SupportMembers members, RtosPlusWeights weights, double alpha)
    {
        var (fit, (query, key)) = (training.Fit, training.Fit.Projections);
        var details = new RtosPlusDetails(training.Details(alpha), weights);
        var tensors = RtosPart.Tensors(task, fit.Features(), fit.Anchors.Tokens, query, key, details.Rtos);
        var anchorRidge = members.AnchorCoefficients.Mul(weights.Anchors); // [K, C]
        tensors["anchor.start"] = fit.Start;
        tensors["anchor.ridge"] = anchorRidge;
        tensors["middle"] = members.Mean;
        tensors["precision"] = members.Discriminant.Precision.Mul(weights.Discriminant);
        tensors["ridge"] = members.OnFeatures.Coefficients.Mul(weights.Ridge);
        tensors["kernel"] = weights.Kernel > 0 ? members.OnKernel!.Coefficients.Mul(weights.Kernel) : empty(0, task.Classes.Count);
        tensors["bias"] = members.Discriminant.Bias.Mul(weights.Discriminant) - members.AttentionMean.matmul(anchorRidge);
        return new Fitted(tensors, training.HeldOut is null ? Fitted.NothingSelected : Fitted.SupportSet, details.ToJson());
    }

    /// <inheritdoc/>
    public override bool HasParts => true;

    /// <inheritdoc/>
    protected override Tensor LogitsCore(ImageFeatures images)
    {
        var logits = ZeroShotLogits(images.Image).Add(_rtos.Logits(images.Image)).Add(StartAttention(images.Image).matmul(_anchorRidge))
            .Add((images.Image - _mean).matmul(_head.t())).Add(_bias);
        return _kernel.shape[0] == 0 ? logits : logits.Add(SupportMembers.Kernel(images.Image, Support.Features).matmul(_kernel));
    }

    /// <inheritdoc/>
    protected override Explanation ExplainCore(ImageFeatures images)
    {
        var (x, support) = (images.Image - _mean, Support.Features - _mean);
        var anchors = _rtos.Contributions(images.Image).Add(StartAttention(images.Image).unsqueeze(1) * _anchorRidge.t()); // [B, C, K]
        var contributions = (x.matmul(_precision).matmul(support.t()).unsqueeze(1) * Membership().t())
            .Add(x.matmul(support.t()).unsqueeze(1) * _ridge.t()); // [B, C, N]
        if (_kernel.shape[0] > 0)
            contributions = contributions.Add(SupportMembers.Kernel(images.Image, Support.Features).unsqueeze(1) * _kernel.t());
        return new Explanation(ZeroShotLogits(images.Image), anchors, contributions, _bias.clone());
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

    private Tensor ZeroShotLogits(Tensor imageFeatures) =>
        ZeroShot.Logits(imageFeatures, _classFeatures, State.LogitScale).Mul(Details.Weights.ZeroShot);

    /// <summary>P⁰: [B, D] → [B, K].</summary>
    private Tensor StartAttention(Tensor imageFeatures) =>
        RelationTransition.Attention(imageFeatures, _start, Details.Rtos.AttentionTemperature);

    /// <summary>1 ÷ the images of the class where an image is of a class: [N, C].</summary>
    private Tensor Membership()
    {
        var membership = F.one_hot(Support.Labels, State.ClassCount).to(ScalarType.Float32);
        return membership / membership.sum(dim: 0).ClampMin(1);
    }
}
