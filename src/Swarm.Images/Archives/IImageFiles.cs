using Swarm.Images.Blobs;

namespace Swarm.Images.Archives;

/// <summary>Files of an archive or a folder of images, each hashed by the time it is handed out.</summary>
internal interface IImageFiles
{
    /// <summary>How errors name it.</summary>
    string Subject { get; }

    /// <returns>Null when there is no such file.</returns>
    StagedBlob? Find(string path);
}
