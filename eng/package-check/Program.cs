using Kedge;
using Kedge.Clip;
using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Methods;
using Kedge.Runtime;
using Quickstart;
using TorchSharp;

if (args is ["kedge-first"])
{
    LibTorch.Load();
    return 0;
}

if (args is ["kedge-base"])
{
    try
    {
        using var model = ClipModel.Load("kedge-base");
        using var image = model.EncodeImage(torch.zeros(1, 3, 224, 224));
        using var name = model.EncodeText(["a photo of a cat."]);
        Console.WriteLine($"{model.Name} {image.norm().item<float>():0.00} {name.norm().item<float>():0.00}");
    }
    catch (KedgeException e)
    {
        Console.WriteLine(e.Message);
    }
    return 0;
}

using var two = torch.ones(2); // TorchSharp before anything of Kedge
using var names = torch.eye(2); // [2 classes, 2 features]
using var support = names.unsqueeze(0); // [1 view, 2 images, 2 features]
using var labels = torch.arange(2L);
var task = new FewShotTask(new SupportSet(support, labels), new TaskClasses(["cat", "dog"], names, logitScale: 100, ["a photo of a {}."]));
// a method from outside
var catalog = MethodCatalog.Default.With<NamesAndMeansOptions>("names-and-means", options => new NamesAndMeans(options));
using var classifier = catalog.Create("names-and-means").Fit(task);
using var logits = classifier.Logits(names);
using var clip = ClipModel.Load("kedge-mini");
using var pixels = clip.Preprocess([ImageFile.OnDisk(args[0])]);
using var text = clip.EncodeText(["a cat"]);
Console.WriteLine($"{two.sum().item<float>()} {logits[1, 1].item<float>()} {text.norm().item<float>():0.00} {pixels.shape[^1]}");
return 0;
