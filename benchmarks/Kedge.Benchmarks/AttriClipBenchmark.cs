using Kedge.Clip;
using Kedge.Data;
using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Methods;
using Kedge.Tasks;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// 1,000 photos over 100 classes, from files to logits: AttriCLIP, which encodes texts for the prompts that they pick,
/// against CoOp, which has its texts encoded.
/// </summary>
internal static class AttriClipBenchmark
{
    private const int Photos = 1000, Classes = 100;

    /// <param name="data">A data set of at least 1,000 photos and 100 classes.</param>
    public static IEnumerable<string> Run(string data)
    {
        var dataset = DatasetReader.Open(data);
        ImageFile[] photos = [.. dataset.Train.Concat(dataset.Validation).Concat(dataset.Test).Select(photo => photo.Image)];
        ImageFile[] some = [.. Enumerable.Range(0, Photos).Select(place => photos[(int)((long)place * photos.Length / Photos)])];
        using var clip = ClipModel.Load(EmbeddedModels.Default);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        new TaskEncoder(clip).EncodeImages(some[..32]).Image.Dispose(); // a turn that does not count
        var (features, encoding) = Measure(() => new TaskEncoder(clip).EncodeImages(some).Image);

        string[] names = [.. dataset.ClassNames.Take(Classes)];
        var task = new FewShotTask(new(features[..Classes].unsqueeze(0), arange(Classes)),
            new(names, clip.ClassFeatures(names, [PromptTemplates.Default]), clip.LogitScale, [PromptTemplates.Default.Text]),
            new() { TextTower = clip });
        using var context = new CoOp(new() { Epochs = 1 }).Fit(task);
        var coop = encoding + Duel.Time(3, () => context.Logits(features).Dispose()).Processor;
        var method = new AttriClip(new() { Epochs = 1, BatchSize = 8 });
        using var warm = method.Fit(task);
        var again = encoding + Duel.Time(3, () => warm.Logits(features).Dispose()).Processor;
        using var cold = method.Fit(task);
        var first = encoding + Measure(() => cold.Logits(features)).Seconds;

        yield return "| 1,000 photos, 100 classes | processor seconds | against CoOp |";
        yield return "|---|---|---|";
        yield return $"| CoOp | {coop:f1} | |";
        yield return $"| AttriCLIP, no text encoded yet | {first:f1} | **{first / coop:f2}** |";
        yield return $"| AttriCLIP, texts of all picks kept | {again:f1} | **{again / coop:f2}** |";
        yield return "";
        yield return $"By {clip.Name}, photos decoded and encoded in {encoding:f1} of them (to reach: at most 3).";
    }

    private static (Tensor Result, double Seconds) Measure(Func<Tensor> action)
    {
        var before = Environment.CpuUsage.TotalTime;
        return (action(), (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }
}
