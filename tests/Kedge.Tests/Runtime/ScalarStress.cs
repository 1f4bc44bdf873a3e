using System.Collections.Concurrent;
using System.Diagnostics;
using Kedge.Methods;
using Kedge.Tests.Support;
using TorchSharp;

namespace Kedge.Tests.Runtime;

/// <summary>
/// Predictions, fits and training again and again beside a thread that collects garbage without pause, and one that
/// makes and frees scalars of another value, whose memory a freed one's becomes: every result must be what it is in
/// quiet. <see cref="ScalarStressTests"/> runs it in a process of its own.
/// </summary>
internal sealed class ScalarStress
{
    private const int Predicting = 12, Fitting = 4; // threads; many more than processors, so that they are stopped at any place
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);
    private static readonly string[] Files = ["checkpoint/model.safetensors", "checkpoint/optimizer.bin"];

    private readonly Stopwatch _clock = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private int _done;

    public void Run()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        using var scratch = new TemporaryFolder();
        var (prediction, fit, training) = (Predict(synthetic), Fit(synthetic), Train(scratch["quiet"]));

        using var collector = new BusyCollector();
        _clock.Start();
        Action[] work =
        [
            .. Enumerable.Repeat(() => Repeat("a prediction", () => Predict(synthetic).SequenceEqual(prediction)), Predicting),
            .. Enumerable.Repeat(() => Repeat("a fit", () => Fit(synthetic).SequenceEqual(fit)), Fitting),
            () => Repeat("training", () => Train(scratch["busy"]).SequenceEqual(training)),
            () => Repeat("a scalar", MakeAndFreeOthers),
        ];
        var threads = work.Select(action => new Thread(() => action())).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.True(_wrong.IsEmpty, $"{_wrong.Count} of {_done:N0} went wrong: {string.Join("; ", _wrong.Take(5))}.");
    }

    private void Repeat(string what, Func<bool> isRight)
    {
        while (_clock.Elapsed < Duration)
        {
            Interlocked.Increment(ref _done);
            try
            {
                if (!isRight())
                    _wrong.Enqueue($"{what} gave other numbers");
            }
            catch (Exception e)
            {
                _wrong.Enqueue($"{what} failed: {e.Message.Split('\n')[0]}");
            }
        }
    }

    private static float[] Predict(SyntheticTask synthetic)
    {
        using var scope = torch.NewDisposeScope();
        return TipAdapter.Affinity(synthetic.Classes, synthetic.Classes, 5.5).data<float>().ToArray();
    }

    private static float[] Fit(SyntheticTask synthetic)
    {
        using var classifier = new LpPlusPlus(new()).Fit(synthetic.Task);
        using var logits = classifier.Logits(synthetic.Images);
        return logits.data<float>().ToArray();
    }

    private static byte[] Train(string folder)
    {
        TinyRun.Run(folder, TinyRun.Options with { Steps = 3 });
        var state = Files.SelectMany(file => File.ReadAllBytes(Path.Combine(folder, file))).ToArray();
        Directory.Delete(folder, recursive: true);
        return state;
    }

    private static bool MakeAndFreeOthers()
    {
        var scalars = Enumerable.Range(0, 100).Select(_ => 7.0.ToScalar()).ToList();
        scalars.ForEach(scalar => scalar.Dispose());
        return true;
    }
}
