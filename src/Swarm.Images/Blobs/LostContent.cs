using Swarm.Linux;

namespace Swarm.Images.Blobs;

/// <summary>What a disk answers, or the file system on it, where it has not any more what was written.</summary>
/// <remarks>https://man7.org/linux/man-pages/man2/read.2.html; XFS says EBADMSG of a block with a wrong sum, ENODATA
/// of a sector that is gone, and EUCLEAN, as ext4 does, of what does not fit together.</remarks>
internal static class LostContent
{
    /// <summary>Whether a read failed for that.</summary>
    /// <remarks>What .NET calls the result is the number of the system's error.</remarks>
    public static bool IsIn(IOException failure) =>
        failure.HResult is Errno.EIO or Errno.ENODATA or Errno.EBADMSG or Errno.EUCLEAN;
}
