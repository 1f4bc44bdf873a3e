using Kedge.Benchmarks;
using Kedge.Runtime;
using static TorchSharp.torch;

// Usage: Kedge.Benchmarks [name[=argument]…]; prints Markdown tables.
var benchmarks = new Dictionary<string, Func<string, IEnumerable<string>>>
{
    ["image-encoding"] = _ => ImageEncodingBenchmark.Run(),
    ["operators"] = _ => OperatorBenchmark.Run(),
    ["precision"] = PrecisionLossBenchmark.Run, // precision=PATH of a data set
    ["text-tower"] = _ => TextTowerBenchmark.Run(),
    ["relevance"] = _ => RelevanceBenchmark.Run(),
    ["step"] = _ => RtosStepBenchmark.Run(),
    ["fit"] = _ => FitBenchmark.Run(),
    ["prediction"] = _ => PredictionBenchmark.Run(),
    ["scale"] = _ => ScaleBenchmark.Run(),
    ["training"] = _ => TrainingBenchmark.Run(),
    ["decoding"] = _ => DecodingBenchmark.Run(),
    ["attriclip"] = AttriClipBenchmark.Run, // attriclip=PATH of a data set
    ["memory"] = MemoryBenchmark.Run, // memory=PATH of a data set
};
var chosen = (args.Length > 0 ? args : ["image-encoding", "text-tower", "step", "fit", "prediction", "scale", "training", "decoding"])
    .Select(arg => arg.Split('=', 2)).ToArray();
if (chosen.FirstOrDefault(parts => !benchmarks.ContainsKey(parts[0])) is { } unknown)
{
    Console.Error.WriteLine($"There is no benchmark {unknown[0]}; there are {string.Join(", ", benchmarks.Keys)} (memory=PATH " +
        "takes a data set).");
    return 2;
}
LibTorch.Load();
set_num_threads(Networks.Threads);
foreach (var parts in chosen)
{
    Console.WriteLine($"## {parts[0]}\n");
    foreach (var line in benchmarks[parts[0]](parts.ElementAtOrDefault(1) ?? ""))
        Console.WriteLine(line);
    Console.WriteLine();
}
return 0;
