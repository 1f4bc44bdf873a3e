using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.Imaging;
using TorchSharp;

namespace Kedge.Benchmarks;

/// <summary>
/// Encodes every photo of a data set twice with kedge-mini: the peak of resident memory, and
/// what the second pass encodes.
/// </summary>
internal static class MemoryBenchmark
{
    public static IEnumerable<string> Run(string data)
    {
        var dataset = DatasetReader.Open(data);
        ImageFile[] photos = [.. dataset.Train.Concat(dataset.Validation).Concat(dataset.Test).Select(labelled => labelled.Image)];
        var folder = Directory.CreateTempSubdirectory("kedge-benchmark-").FullName;
        try
        {
            using var clip = ClipModel.Load(EmbeddedModels.Mini);
            yield return "| pass | photos encoded | seconds | peak resident memory, MB | live tensors |";
            yield return "|---|---|---|---|---|";
            foreach (var pass in new[] { "first", "second" })
            {
                var (encoded, start) = (0, System.Diagnostics.Stopwatch.GetTimestamp());
                new FeatureExtractor(clip, new FeatureCache(folder))
                    .Extract(photos, progress: new Latest(p => encoded = p.Encoded)).Dispose();
                yield return $"| {pass} | {encoded} of {photos.Length} | " +
                    $"{System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds:f1} | {ResidentMemory.PeakMegabytes()} | " +
                    $"{DisposeScopeManager.Statistics.ThreadTotalLiveCount} |";
            }
            yield return "";
            yield return "Asked for: under 1,500 MB, and a second pass that encodes none.";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Latest(Action<ExtractionProgress> report) : IProgress<ExtractionProgress>
    {
        public void Report(ExtractionProgress value) => report(value);
    }
}
