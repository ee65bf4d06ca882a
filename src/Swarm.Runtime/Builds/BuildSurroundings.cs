using Swarm.Images;
using Swarm.Images.Builds;

namespace Swarm.Runtime.Builds;

/// <summary>What builds are done with.</summary>
/// <param name="Folder">Where they put files.</param>
internal sealed record BuildSurroundings(
    IContainerEngine Engine, IImageStore Images, IBuildStore Steps, IImagePulls Pulls, RemoteFile Remote,
    string Folder);
