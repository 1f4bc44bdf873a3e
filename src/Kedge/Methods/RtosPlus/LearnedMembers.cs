using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The members of RTOS+ that are learned beside RTOS: the keys of Tip-Adapter-F and the map of the linear adapter, each
/// with the settings that carry few shots without validation data (measured on features of OpenAI's CLIP;
/// docs/rtos.md).
/// </summary>
/// <param name="Keys">F [N, D], learned.</param>
/// <param name="KeyWeights">v [N]: what each key's affinity is multiplied by.</param>
/// <param name="Adapter">W [D, D].</param>
internal sealed record LearnedMembers(Tensor Keys, Tensor KeyWeights, Tensor Adapter)
{
    /// <summary>β of the keys: Tip-Adapter's.</summary>
    internal const double Beta = TipAdapter.PublishedBeta;

    private const double PublishedScale = 100; // of the logits, to which Tip-Adapter's α = 1 belongs
    private const double AdapterRate = 1e-3, AdapterEpsilon = 1e-8;
    private const int MaxEpochs = 300, MinEpochs = 60, ImagesOfMaxEpochs = 1000; // fewer where one is long

    /// <summary>Learns both; the tensors live in the current dispose scope.</summary>
    /// <param name="task">The support images.</param>
    /// <param name="options">Of RTOS+.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    internal static LearnedMembers Fit(
        FewShotTask task, RtosPlusOptions options, IProgress<FitProgress> progress, CancellationToken cancellation)
    {
        var alpha = task.Classes.LogitScale / PublishedScale;
        using var cache = new TipAdapterF(
            new() { Alpha = alpha, Beta = Beta, Seed = options.Seed, BalanceClasses = options.BalanceClasses })
            .Fit(task, progress, cancellation);
        using var adapter = new LinearAdapter(new()
        {
            Lambda = 1 / task.EffectiveImages(),
            LearningRate = AdapterRate,
            Epsilon = AdapterEpsilon,
            Epochs = Math.Clamp(MaxEpochs * ImagesOfMaxEpochs / task.Support.Count, MinEpochs, MaxEpochs),
            BalanceClasses = options.BalanceClasses,
        }).Fit(task, progress, cancellation);
        var keys = cache.State.Tensors["keys"].clone();
        return new(keys, cache.State.Tensors.TryGetValue("weights", out var weights)
            ? weights.Mul(alpha) : TensorFactory.Full([keys.shape[0]], alpha, device: keys.device),
            adapter.State.Tensors["adapter"].clone());
    }

    /// <summary>v_n exp(−β (1 − x · F_n)): [B, D] → [B, N], each key's contribution to its own class.</summary>
    internal static Tensor Cache(Tensor images, Tensor keys, Tensor keyWeights) => TipAdapter.Affinity(images, keys, Beta) * keyWeights;

    /// <summary>s · (unit(x Wᵀ) − x) Tᵀ: [B, D] → [B, C], what the adapter changes of zero-shot.</summary>
    internal static Tensor Change(Tensor images, Tensor adapter, Tensor classFeatures, float logitScale) =>
        LinearAdapter.Logits(images, adapter, classFeatures, logitScale) - ZeroShot.Logits(images, classFeatures, logitScale);

    /// <summary>Logits of the keys and of the adapter, learned on a part of the support images: [B, C] each.</summary>
    /// <param name="part">The part.</param>
    /// <param name="options">Of RTOS+.</param>
    /// <param name="run">Told of each step.</param>
    /// <param name="images">[B, D], others.</param>
    internal static Tensor[] FitLogits(FewShotTask part, RtosPlusOptions options, FitRun run, Tensor images)
    {
        var learned = Fit(part, options, new PartProgress(run), run.Cancellation);
        using var noGrad = no_grad();
        return
        [
            KeyValueCache.ByClass(Cache(images, learned.Keys, learned.KeyWeights), part.Support.Labels, part.Classes.Count),
            Change(images, learned.Adapter, part.Classes.Features, part.Classes.LogitScale),
        ];
    }
}
