using Kedge.Clip;
using Kedge.Models;
using Kedge.Tests.Support;

namespace Kedge.Tests.Clip;

/// <summary>The model in the package of its own; the figures asked for are below those of its card.</summary>
public class BaseModelTests
{
    private const long MostBytes = 64 << 20;

    private static readonly string Root = Path.Combine(TestData.Folder, "..", "..", "..");

    [Fact]
    public void Kedge_base_is_small_and_of_the_architecture_that_its_card_names()
    {
        Assert.InRange(new FileInfo(Path.Combine(Root, "src", "Kedge.Models.Base", "kedge-base.safetensors")).Length, 1, MostBytes);
        using var clip = BaseModel.Load();
        Assert.Equal((BaseModel.Name, EmbeddedModels.Default, 512, 49), (clip.Name, BaseModel.Name, clip.FeatureWidth, clip.Patches));
        var card = Path.Combine(Root, "docs", "models", "kedge-base.arch.json");
        Assert.Equal(ArchitectureFile.Write(ArchitectureFile.Read(card)), ArchitectureFile.Write(clip.Configuration));
    }

    [Fact]
    public void Its_assembly_has_the_name_that_the_library_looks_for() =>
        Assert.Equal(EmbeddedModels.DefaultPackage, typeof(BaseModel).Assembly.GetName().Name);

    [Fact]
    public void Without_its_package_a_sentence_names_it() => Assert.Equal(
        "The model kedge-base is in the package Kedge.Models.None, which this program does not bring: add it " +
            "(dotnet add package Kedge.Models.None), or name another model (kedge-mini, kedge-mini-scenes, or the path of a checkpoint).",
        Assert.Throws<KedgeException>(() => EmbeddedModels.OpenPackage("kedge-base", "Kedge.Models.None")).Message);

    /// <summary>Text and images meet in one space, whose mean is the one that is shipped.</summary>
    [Fact]
    public void The_mean_of_the_joint_space_is_at_hand()
    {
        using var clip = BaseModel.Load();
        Assert.Equal([clip.FeatureWidth], clip.Network.joint_mean!.shape);
        Assert.InRange(clip.Network.joint_mean.norm().item<float>(), 0.1, 1); // a mean of unit features
    }
}
