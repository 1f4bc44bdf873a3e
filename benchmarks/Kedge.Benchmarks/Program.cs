using System.Diagnostics;
using Kedge.Clip;
using static TorchSharp.torch;
set_num_threads(2);
var config = ClipPresets.All["ViT-B/32"];
using var net = ClipInitialisation.Build(config, 1);
net.eval(); foreach (var p in net.parameters()) p.requires_grad_(false);
using (inference_mode()) {
  using var x = randn(16, 3, 224, 224);
  for (int i = 0; i < 8; i++) { var sw = Stopwatch.StartNew(); using var y = net.visual.Forward(x); Console.WriteLine($"encode16 {sw.Elapsed.TotalMilliseconds:f0} ms"); }
}
long Time(Action a, int n) { a(); var sw = Stopwatch.StartNew(); for (int i = 0; i < n; i++) a(); return sw.ElapsedMilliseconds / n; }
using var prompts = new SlotPrompts(net, w => [5], [49406, 320, 1125, 539, 320], [269, 49407], 1);
using var v = randn(64, 1, 512).mul_(0.02).requires_grad_(true);
Console.WriteLine("slot fw+bw " + Time(() => { using var s = NewDisposeScope(); prompts.Encode(v).sum().backward(); v.grad = null; }, 5));
using var emb = randn(64, 77, 512).requires_grad_(true); using var ends = full(64, 7L, ScalarType.Int64);
Console.WriteLine("77 fw+bw " + Time(() => { using var s = NewDisposeScope(); net.EncodeText(emb, ends).Sum().backward(); emb.grad = null; }, 1));
static class X { public static Tensor Sum(this Tensor t) => t.sum(); }
