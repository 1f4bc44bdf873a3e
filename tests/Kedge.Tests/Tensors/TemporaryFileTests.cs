using Kedge.Tensors;
using Kedge.Tests.Support;

namespace Kedge.Tests.Tensors;

public sealed class TemporaryFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_a_killed_process_left_is_swept_and_what_is_being_written_or_not_ours_is_not()
    {
        var target = _folder["x.kedge"];
        var left = _folder.Write("x.kedge.abcdefgh.ijk.tmp", "half");
        string[] others = [_folder.Write("x.kedge.backup.tmp", "a user's"), _folder.Write("y.kedge.abcdefgh.ijk.tmp", "of another file"),
            _folder.Write("x.kedge.old.abcdefgh.ijk.tmp", "of another file"), _folder.Write("notes.tmp", "a user's")];
        using (var writing = TemporaryFile.Create(target))
        {
            AtomicFile.Write(target, stream => stream.WriteByte(1));
            Assert.True(File.Exists(writing.Name));
            Assert.False(File.Exists(left));
        }
        AtomicFile.Write(target, stream => stream.WriteByte(2));
        Assert.Equal([.. others.Append(target).Order()], _folder.Entries.Order());
    }

    [Fact]
    public void A_file_that_is_swept_while_it_is_written_is_not_lost()
    {
        AtomicFile.Write(_folder["x"], stream =>
        {
            stream.WriteByte(1);
            TemporaryFile.SweepFolder(_folder.Path);
        });
        Assert.Equal([1], File.ReadAllBytes(_folder["x"]));
    }

    [Fact]
    public void A_folder_is_locked_by_one_and_free_afterwards()
    {
        File.WriteAllText(_folder["run.lock"], ""); // of a killed process
        using (var first = FolderLock.Take(_folder.Path))
        {
            Assert.NotNull(first);
            Assert.Null(FolderLock.Take(_folder.Path));
        }
        Assert.Empty(_folder.Entries);
        using var second = FolderLock.Take(_folder.Path);
        Assert.NotNull(second);
    }
}
