using System.Collections.Immutable;
using Swarm.Core.Builds;
using Swarm.Core.Images;
using Swarm.Images.Builds;

namespace Swarm.Runtime.Builds;

/// <summary>How far a stage has come.</summary>
/// <param name="Image">What the last step made.</param>
internal sealed record StageState(Digest Image, StageConfiguration Configuration, BuildArguments Arguments)
{
    /// <summary>The value of a variable for an instruction: what the image sets, or else an argument.</summary>
    public string? Find(string name) => Configuration.FindVariable(name) ?? Arguments.Find(name);

    /// <summary>What a program of the stage gets of the arguments.</summary>
    public ImmutableArray<string> ForProgram => Arguments.ForProgram(Configuration.Image.Environment);

    /// <summary>What of that makes a difference to the result.</summary>
    public ImmutableArray<string> ForCache => Arguments.ForCache(Configuration.Image.Environment);
}
