using Kedge.FewShot;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>
/// The optimisation of RTOS: the anchors' rows and the projections, by Adam on the loss of <see cref="Rtos"/>. The
/// gradient is taken at the anchors' features first and then propagated through the text tower a block of anchors at a
/// time, so that memory does not grow with K.
/// </summary>
internal sealed class RtosFit : IDisposable
{
    private const double FeatureRate = 0.001; // of points and projections
    private const double TokenRate = 0.005; // token embeddings are of another scale than features

    private readonly FewShotTask _task;
    private readonly RtosOptions _options;
    private readonly Tensor _identity; // [D, D]
    private readonly Parameter _query, _key; // [D, D]
    private readonly Parameter _logAlphaRatio; // [], log(α / α at the start)
    private readonly (double Anchors, double Projections) _rates;
    private readonly (double Projections, double Anchors) _pulls;
    private readonly Adam _optimizer;

    /// <param name="task">The task, its rows in canonical order.</param>
    /// <param name="options">How to learn.</param>
    /// <param name="anchors">The anchors at their start; not owned.</param>
    internal RtosFit(FewShotTask task, RtosOptions options, LearnedAnchors anchors)
    {
        (_task, _options, Anchors) = (task, options, anchors);
        Start = Features();
        _identity = eye(task.FeatureWidth, device: task.Device);
        (_query, _key, _logAlphaRatio) =
            (new Parameter(_identity.clone()), new Parameter(_identity.clone()), new Parameter(zeros([], device: task.Device)));
        Learned = new Dictionary<string, Tensor>
        {
            ["anchors"] = anchors.Rows,
            ["query"] = _query,
            ["key"] = _key,
            ["growth"] = _logAlphaRatio,
        };
        RelationTemperature =
            RelationTransition.RelationTemperature(options.RelationTemperature, task.Classes.Features, Start, options.Value);
        AttentionTemperature =
            RelationTransition.Temperature(options.AttentionTemperature, task.Support.Features.flatten(0, 1), Start, deviations: 1);
        var rate = options.LearningRate ?? (anchors is TokenAnchors ? TokenRate : FeatureRate);
        _pulls = RtosDefaults.Pulls(options);
        _rates = (rate, anchors is TokenAnchors ? Math.Min(rate, FeatureRate) : rate);
        _optimizer = new Adam(
        [
            new Adam.ParamGroup([anchors.Rows]),
            new Adam.ParamGroup([_query, _key, .. options.LearnAlpha ? [_logAlphaRatio] : Array.Empty<Parameter>()]),
        ]);
    }

    /// <summary>Anchors encoded by the text tower in one block.</summary>
    internal int AnchorBlock { get; init; } = 256;

    /// <summary>α before it is learned.</summary>
    internal double InitialAlpha { get; set; } = 1;

    internal LearnedAnchors Anchors { get; }

    /// <summary>A⁰: the anchors' features at their start, [K, D].</summary>
    internal Tensor Start { get; }

    internal double RelationTemperature { get; }

    internal double AttentionTemperature { get; }

    /// <summary>The current Wq and Wk: [D, D].</summary>
    internal (Tensor Query, Tensor Key) Projections => (_query.detach(), _key.detach());

    /// <summary>The current α.</summary>
    internal double Alpha => InitialAlpha * Math.Exp(_logAlphaRatio.item<float>());

    /// <summary>The current features of the anchors: [K, D], without gradient.</summary>
    internal Tensor Features()
    {
        using var noGrad = no_grad();
        return cat([.. Anchors.Rows.split(AnchorBlock).Select(Anchors.Encode)]);
    }

    /// <summary>S of images by the current parameters: [B, C], without gradient.</summary>
    internal Tensor Transition(Tensor images)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return Transition(images, Features()).MoveToOuterDisposeScope();
    }

    /// <summary>Learns from some rows of the support set; yields after each step with its loss.</summary>
    /// <param name="rows">[n] int64.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="peak">The largest learning rate, as a fraction of the options'.</param>
    /// <param name="done">How many of the steps were done before; they are not done again.</param>
    internal IEnumerable<double> Learn(Tensor rows, int steps, double peak = 1, int done = 0)
    {
        var schedule = new CosineSchedule(peak, steps);
        using var batches = Batches(rows).Skip(done).GetEnumerator();
        for (var step = done; step < steps; step++)
        {
            batches.MoveNext();
            foreach (var (group, rate) in _optimizer.ParamGroups.Zip([_rates.Anchors, _rates.Projections]))
                group.LearningRate = rate * schedule.At(step);
            yield return Step(_task.Support.Features[step % _task.Support.Views], batches.Current, (int)rows.shape[0]);
        }
    }

    /// <summary>What is learned, by name: the parameters themselves.</summary>
    internal IReadOnlyDictionary<string, Tensor> Learned { get; }

    /// <summary>
    /// What is learned and Adam's moments of it, by name: all that the next step depends on but its
    /// number. The tensors themselves.
    /// </summary>
    internal Dictionary<string, Tensor> State
    {
        get
        {
            var state = new Dictionary<string, Tensor>(Learned);
            foreach (var (name, moments) in Learned.Keys.Zip(Moments))
                (state[$"{name}.mean"], state[$"{name}.square"]) = (moments.exp_avg, moments.exp_avg_sq);
            return state;
        }
    }

    /// <summary>
    /// What is learned, as copies in the current dispose scope; to be restored by
    /// <see cref="Restore(IReadOnlyDictionary{string, Tensor})"/>.
    /// </summary>
    internal Dictionary<string, Tensor> Snapshot() => Learned.ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());

    /// <summary>Restores what <see cref="Snapshot"/> took.</summary>
    internal void Restore(IReadOnlyDictionary<string, Tensor> snapshot) => Copy(snapshot, Learned);

    /// <summary>Resumes from a <see cref="State"/> of as many steps.</summary>
    internal void Restore(IReadOnlyDictionary<string, Tensor> state, int steps)
    {
        Copy(state, State);
        foreach (var moments in Moments)
            moments.step = steps;
    }

    public void Dispose() => _optimizer.Dispose();

    /// <summary>Adam's, in the order of <see cref="Learned"/>, whose last is not learned where α is fixed.</summary>
    private IEnumerable<Adam.State> Moments => _optimizer.state_dict().State.Cast<Adam.State>();

    private static void Copy(IReadOnlyDictionary<string, Tensor> from, IReadOnlyDictionary<string, Tensor> to)
    {
        using var noGrad = no_grad();
        foreach (var (name, tensor) in to)
            tensor.copy_(from[name]);
    }

    private double Step(Tensor images, long[] rowsOfBatch, int count)
    {
        using var scope = NewDisposeScope();
        var batch = tensor(rowsOfBatch, device: _task.Device);
        var whole = Anchors.Rows.shape[0] <= AnchorBlock;
        var encoded = whole ? Anchors.Encode(Anchors.Rows) : Features(); // [K, D]
        var features = encoded.detach().requires_grad_(true);
        var x = images.index_select(0, batch); // [B, D]
        var logits = ZeroShot.Logits(x, _task.Classes.Features, _task.Classes.LogitScale)
            .Add(Transition(x, features) * _logAlphaRatio.exp().Mul(InitialAlpha));
        var loss = _task.CrossEntropy(logits, _task.Support.Labels.index_select(0, batch));
        _optimizer.zero_grad();
        loss.backward();
        using (no_grad())
            AddPenaltyGradients(features, count * _task.EffectiveImages() / _task.Support.Count);
        foreach (var (rows, gradient) in Blocks(features.grad!))
            (whole ? encoded : Anchors.Encode(rows)).backward([gradient]);
        _optimizer.step();
        return loss.item<float>();
    }

    /// <summary>Adds the gradient of (λ_w (‖Wq − I‖² + ‖Wk − I‖²) + λ_a Σ_k ‖A_k − A⁰_k‖²) / N, or N_eff.</summary>
    private void AddPenaltyGradients(Tensor features, double count)
    {
        _query.grad!.Add_(_query - _identity, 2 * _pulls.Projections / count);
        _key.grad!.Add_(_key - _identity, 2 * _pulls.Projections / count);
        features.grad!.Add_(features.detach() - Start, 2 * _pulls.Anchors / count);
    }

    private Tensor Transition(Tensor images, Tensor anchors) => RelationTransition.Transition(
        RelationTransition.Attention(images, RelationTransition.Keys(anchors, _query, _key), AttentionTemperature),
        RelationTransition.Relation(_task.Classes.Features, anchors, RelationTemperature, _options.Value));

    private IEnumerable<(Tensor Rows, Tensor Gradient)> Blocks(Tensor gradient)
    {
        for (var first = 0L; first < gradient.shape[0]; first += AnchorBlock)
        {
            var count = Math.Min(AnchorBlock, gradient.shape[0] - first);
            yield return (Anchors.Rows.narrow(0, first, count), gradient.narrow(0, first, count));
        }
    }

    /// <summary>
    /// Full batches of rows without end, shuffled anew each epoch; all rows, in their order, where they fit into one.
    /// </summary>
    private IEnumerable<long[]> Batches(Tensor rows)
    {
        var order = rows.cpu().data<long>().ToArray();
        var size = Math.Min(_options.BatchSize, order.Length);
        return Minibatches.Draw(order, size, size < order.Length ? _options.Seed : null, dropLast: true).Select(batch => batch.Rows);
    }
}
