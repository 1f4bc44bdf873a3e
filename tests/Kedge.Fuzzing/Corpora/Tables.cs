using System.Text;

namespace Kedge.Fuzzing.Corpora;

/// <summary>Tables, lists and JSON files of the photos a/0.png, a/1.png, b/0.png and b/1.png.</summary>
internal static class Tables
{
    public static IReadOnlyList<byte[]> Csv { get; } = Texts(
        "path,label,split\na/0.png,cat,train\na/1.png,cat,test\nb/0.png,\"sea lion, young\",train\nb/1.png,\"sea lion, young\",test\n",
        "label,path,note\r\n0,a/0.png,\"x\ny\"\r\n0,a/1.png,\r\n1,b/0.png,é\r\n");

    public static IReadOnlyList<byte[]> Split { get; } = Texts(
        """{"train":[["a/0.png",0,"cat"],["b/0.png",1,"dog"]],"val":[["a/1.png",0,"cat"]],"test":[["b/1.png",1,"dog"]]}""");

    public static IReadOnlyList<byte[]> Index { get; } = Texts("""
        {"train":{"data":[{"impath":"/home/x/a/0.png","label":0,"classname":"cat"},{"impath":"/home/x/b/0.png","label":1,"classname":"dog"}]},
        "val":{"data":[{"impath":"/home/x/a/1.png","label":0,"classname":"cat"}]}}
        """);

    public static IReadOnlyList<byte[]> Captions { get; } = Texts(
        "path,caption\na/0.png,a photo of a cat.\na/0.png,\"a cat, asleep\"\nb/0.png,two dogs in the snow\n");

    public static IReadOnlyList<byte[]> Descriptions { get; } = Texts("""
        {"n01":{"names":["tench","Tinca tinca"],"hypernyms":["cyprinid","fish"],"gloss":"freshwater dace-like game fish"},
        "n02":{"names":["goldfish"],"hypernyms":[],"gloss":"small golden or orange-red fish {0}"}}
        """);

    public static IReadOnlyList<byte[]> Scenes { get; } = Texts("""
        {"file":"a/0.png","class":"star","content":"x","captions":["a red star."],"background":"blue","relation":null,"objects":[{"shape":"star","colour":"red","texture":"plain","size":"small","box":[1,2,3,4],"mask":[0,5,2]}]}
        {"file":"b/0.png","class":null,"content":"y","captions":["a ring above a disk.","a ring"],"background":"white","relation":"above","objects":[]}

        """);

    public static IReadOnlyList<byte[]> Aircraft { get; } = Texts("0 737\n1 A 320\n");

    public static IReadOnlyList<byte[]> ImageNet { get; } = Texts("n01 tench\nn02 great white shark\n");

    public static IReadOnlyList<byte[]> Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
