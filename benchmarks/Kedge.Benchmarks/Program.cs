using Kedge.Benchmarks;
using Kedge.Native;
using static TorchSharp.torch;

var benchmarks = new Dictionary<string, Func<IEnumerable<string>>>
{
    ["image-encoding"] = ImageEncodingBenchmark.Run,
    ["text-tower"] = TextTowerBenchmark.Run,
};
var chosen = args.Length > 0 ? args : [.. benchmarks.Keys];
if (chosen.FirstOrDefault(name => !benchmarks.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no benchmark {unknown}; there are {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}
LibTorch.Load();
set_num_threads(Networks.Threads);
foreach (var name in chosen)
{
    Console.WriteLine($"## {name}\n");
    foreach (var line in benchmarks[name]())
        Console.WriteLine(line);
    Console.WriteLine();
}
return 0;
