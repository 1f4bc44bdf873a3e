using Kedge.FewShot;
using Kedge.Runtime;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Ranks words by their gain as an anchor of RTOS (formula in <see cref="RelationTransition"/>, with Wq = Wk = I). With
/// all K words as anchors, and a weight w_j on anchor j, the logits are s · X Tᵀ + Σ_j w_j P_nj R_cj. The gain of word
/// j is the first-order decrease of the support set's cross entropy per unit of w_j at w = 0, exactly and in closed
/// form:
/// <code>
///     R = softmax over anchors (T Aᵀ / τ_r)                        [C, K]
///     P = softmax over anchors (X Aᵀ / τ_a)                        [V·N, K]
///     p = softmax over classes (s · X Tᵀ)                          [V·N, C]
///     g_nj = P_nj · (R_{y_n j} − Σ_c p_nc R_cj)                    the mean over the V views of image n
///     gain_j = mean_n g_nj        standard error_j = deviation_n(g_nj) / √N
/// </code>
/// Only support images are used, in all their views. Nothing is learned. Words are processed in chunks, so that no
/// tensor is larger than [V·N, chunk] or [K, D]: a first pass over the chunks adds up the softmaxes' denominators, a
/// second one computes the gains. All of it is in double precision on the CPU, which takes little time beside the
/// encoding of the words. The paper does not rank words; the score is ours.
/// </summary>
internal static class AnchorMining
{
    private const int MaxClasses = 3;
    private const int EncodingBatch = 256;

    /// <summary>Ranks words, the largest gain first; ties are in the order given.</summary>
    /// <param name="task">A task with support images and a text tower. Its first template is what
    /// words are put into.</param>
    /// <param name="words">K words. Names of classes are left out, and so is what comes a second time.</param>
    /// <param name="options">Temperatures and the length of chunks; null is the defaults.</param>
    /// <param name="progress">Told of the words encoded.</param>
    /// <param name="cancellation">Stops between two chunks.</param>
    /// <returns>At most K words. The order of the support images does not change a bit of it.</returns>
    /// <exception cref="KedgeException">The task has no text tower or fewer than two support images, fewer than two
    /// words are left, or one is too long.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>.</exception>
    public static IReadOnlyList<AnchorGain> Rank(FewShotTask task, IReadOnlyList<string> words, AnchorMiningOptions? options = null,
        IProgress<WordProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        options ??= new();
        options.Check();
        var anchors = Check(task, WordList.FromLines(words, "the words").WithoutClassNames(task.Classes.PromptNames).Words);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var ordered = SupportOrder.Canonical(task, options.BalanceClasses);
        var features = Encode(ordered, anchors, progress, cancellation); // [K, D]
        return [.. Gains(ordered, anchors, features, options, cancellation).OrderByDescending(gain => gain.Gain)];
    }

    private static List<AnchorGain> Gains(
        FewShotTask task, IReadOnlyList<string> words, Tensor anchors, AnchorMiningOptions options, CancellationToken cancellation)
    {
        var images = ToDouble(task.Support.Features.flatten(0, 1)); // [V·N, D]
        var classes = ToDouble(task.Classes.Features); // [C, D]
        var labels = task.Support.Labels.cpu().repeat(task.Support.Views); // [V·N]
        var probabilities = ZeroShot.Logits(images, classes, task.Classes.LogitScale).softmax(1); // [V·N, C]
        // minus the gradient of the cross entropy by the logits
        var residuals = nn.functional.one_hot(labels, task.Classes.Count) - probabilities;
        var chunks = anchors.split(options.WordsAtOnce); // each [k, D]
        var relation = new ChunkedSoftmax(classes, chunks, Temperature(options.RelationTemperature, classes, anchors));
        var attention = new ChunkedSoftmax(images, chunks, Temperature(options.AttentionTemperature, images, anchors));
        var ranked = new List<AnchorGain>();
        foreach (var chunk in chunks)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var relations = relation.Columns(chunk); // [C, k]
            var gains = (attention.Columns(chunk) * residuals.matmul(relations))
                .view(task.Support.Views, task.Support.Count, -1).mean([0]); // [N, k]
            if (ClassBalance.Weights(task) is { } weights)
                gains = gains * weights.to(ScalarType.Float64).cpu().unsqueeze(1);
            var (means, errors) = (gains.mean([0]).data<double>(), gains.std(0).Div(Math.Sqrt(task.Support.Count)).data<double>());
            var (ratios, indices) = (relations / relations.mean([0])).topk(Math.Min(MaxClasses, task.Classes.Count), dim: 0); // [3, k]
            for (var j = 0; j < chunk.shape[0]; j++)
            {
                var topClasses = ratios.select(1, j)
                    .data<double>().Zip(indices.select(1, j).data<long>(), (ratio, c) => new ClassRatio(task.Classes.Names[(int)c], ratio));
                ranked.Add(new AnchorGain(words[ranked.Count], means[j], errors[j], [.. topClasses]));
            }
        }
        return ranked;
    }

    private static IReadOnlyList<string> Check(FewShotTask task, IReadOnlyList<string> words)
    {
        const string doing = "Mining anchors";
        if (task.Encoder?.TextTower is null)
            throw new KedgeException($"{doing} found a task without a text tower: it encodes words; " +
                "give the task the text side of the CLIP model.");
        if (task.Support.Count < 2)
            throw new KedgeException($"{doing} found {task.Support.Count} support image(s): it needs at least 2, " +
                "to tell a gain from chance.");
        return words.Count >= 2 ? words : throw new KedgeException(
            $"{doing} found {words.Count} word(s) that are no class names: it needs at least 2; give more words.");
    }

    private static Tensor Encode(
        FewShotTask task, IReadOnlyList<string> words, IProgress<WordProgress>? progress, CancellationToken cancellation)
    {
        var template = AnchorPrompts.Template(task);
        var features = new List<Tensor>();
        foreach (var texts in words.Select(template.Fill).Chunk(EncodingBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            features.Add(ToDouble(task.Encoder!.TextTower!.EncodeText(texts)));
            progress?.Report(new WordProgress(Math.Min(features.Count * EncodingBatch, words.Count), words.Count));
        }
        return cat(features);
    }

    private static Tensor ToDouble(Tensor features) => features.to(ScalarType.Float64).cpu();

    /// <summary>
    /// As <see cref="RelationTransition.Temperature"/>, whose cosines [rows, K] are too many here: their sum is Σx ·
    /// Σa, that of their squares ⟨XᵀX, AᵀA⟩.
    /// </summary>
    internal static double Temperature(double set, Tensor rows, Tensor anchors)
    {
        if (set > 0)
            return set;
        using var scope = NewDisposeScope();
        double count = rows.shape[0] * anchors.shape[0];
        var sum = rows.sum([0]).dot(anchors.sum([0])).item<double>();
        var squares = (rows.t().matmul(rows) * anchors.t().matmul(anchors)).sum().item<double>();
        return Math.Max(RelationTransition.MinTemperature, Math.Sqrt(Math.Max(0, (squares - sum * sum / count) / (count - 1))) / 2);
    }
}
